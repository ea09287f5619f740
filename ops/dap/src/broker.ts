import { type Broker, createEmbeddedBroker, createRabbitBroker, ensureEmbeddedBroker } from "@dap/platform/broker";
import type { Logger } from "@dap/platform/log";
import type { DatabaseUrls } from "./database";

/** RabbitMQ where a URL is given, else the broker inside the data database. */
export async function createBroker(brokerUrl: string | undefined, urls: DatabaseUrls, log: Logger): Promise<Broker> {
  if (brokerUrl) return createRabbitBroker(brokerUrl, { log });
  await ensureEmbeddedBroker(urls.owner("data").reveal());
  return createEmbeddedBroker(urls.role("dap_data_system").reveal(), { log });
}
