import { type Broker, createEmbeddedBroker, createRabbitBroker } from "@dap/platform/broker";
import type { Logger } from "@dap/platform/log";
import type { DataConfig } from "../config";

/** RabbitMQ where a URL is given, otherwise the broker inside the data database. */
export const openBroker = ({ brokerUrl, systemDatabaseUrl }: DataConfig, log: Logger): Promise<Broker> =>
  brokerUrl
    ? createRabbitBroker(brokerUrl.reveal(), { log })
    : createEmbeddedBroker(systemDatabaseUrl.reveal(), { log, name: "dap data broker" });
