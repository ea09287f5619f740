import type { Broker } from "../broker";
import type { Logger } from "../log";

export type RabbitBrokerOptions = { readonly log: Logger };

export function createRabbitBroker(_url: string, _options: RabbitBrokerOptions): Promise<Broker> {
  return Promise.reject(new Error("The RabbitMQ broker is not there yet."));
}
