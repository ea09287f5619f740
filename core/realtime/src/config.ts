import type { Broker } from "@dap/platform/broker";
import { defineConfig, type Environment, integer, list, optional, secret, text, url } from "@dap/platform/config";
import { type InternalSettings, internalSettings } from "@dap/platform/health";
import type { Secret } from "@dap/platform/secret";

const read = defineConfig({
  ...internalSettings,
  port: integer("PORT", { default: 0, max: 65_535, meaning: "port to listen on; 0 takes a free one" }),
  hostname: text("HOSTNAME_LISTEN", { default: "127.0.0.1", meaning: "address to listen on" }),
  publicUrl: url("PUBLIC_URL", {
    default: "http://localhost:8080",
    meaning: "base of every link; its origin may open sockets",
  }),
  extraOrigins: list("REALTIME_ORIGINS", { default: [], meaning: "further origins that may open sockets" }),
  identityUrl: url("IDENTITY_URL", { meaning: "identity server, for its keys" }),
  dataUrl: url("DATA_URL", { meaning: "data backend, for runs and their events" }),
  serviceSecret: secret("SERVICE_SECRET", { meaning: "shared by the services" }),
  brokerUrl: optional(text("BROKER_URL", { meaning: "RabbitMQ that joins replicas; absent when there is one" })),
});

export type RealtimeConfig = InternalSettings & {
  readonly port: number;
  readonly hostname?: string;
  readonly publicUrl: string;
  readonly extraOrigins?: readonly string[];
  readonly identityUrl: string;
  readonly dataUrl: string;
  readonly serviceSecret: Secret<string>;
  /** `iss` of access tokens; the public URL by default. */
  readonly jwtIssuer?: string;
  /** RabbitMQ that joins replicas: what one is told, all tell. Absent when there is one. */
  readonly brokerUrl?: string | undefined;
  /** A broker that is connected already, in place of `brokerUrl`; it is not closed here. */
  readonly broker?: Broker;
};

/** Reads the settings of the service. */
export const readRealtimeConfig = (env: Environment): RealtimeConfig => read(env);
