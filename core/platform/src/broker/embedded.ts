import type { Broker } from "../broker";
import type { Logger } from "../log";
import type { Sql } from "../postgres";

export type EmbeddedBrokerOptions = { readonly log: Logger };

/** Schema of the embedded broker, run by the owner of the database. */
export const embeddedBrokerSchema = "";

export function createEmbeddedBroker(_sql: Sql, _options: EmbeddedBrokerOptions): Promise<Broker> {
  return Promise.reject(new Error("The embedded broker is not there yet."));
}
