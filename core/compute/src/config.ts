import { defineConfig, type Environment, integer, list, optional, secret, text, url } from "@dap/platform/config";
import { type InternalSettings, internalSettings } from "@dap/platform/health";
import { Secret } from "@dap/platform/secret";

export type ComputeConfig = InternalSettings & {
  /** Logs in as `dap_compute`. */
  readonly databaseUrl: Secret<string>;
  /** RabbitMQ; without it the broker inside Postgres. */
  readonly brokerUrl: Secret<string> | undefined;
  readonly serviceSecret: Secret<string>;
  /** Makes the tokens of waits; without it the service secret does. */
  readonly resumeSecret?: Secret<string> | undefined;
  /** Base of the links that runs give out, where their acceptance froze none. */
  readonly publicUrl?: string;
  /** A function when the port of realtime is not known yet. */
  readonly realtimeUrl: string | (() => string);
  readonly egressAllow: readonly string[];
  readonly connectionsMax: number;
  readonly leaseMs: number;
  readonly prefetch: number;
  readonly watchMs: number;
  readonly ackAfterMs: number;
  readonly drainMs: number;
};

/** Every setting of the compute worker. */
export const computeSettings = {
  ...internalSettings,
  databaseUrl: text("COMPUTE_DATABASE_URL", { meaning: "the data database, as the role dap_compute" }),
  brokerUrl: optional(text("BROKER_URL", { meaning: "amqp://... of RabbitMQ; without it the broker inside Postgres" })),
  serviceSecret: secret("SERVICE_SECRET", { meaning: "shared by the services, to know each other" }),
  resumeSecret: optional(secret("RESUME_SECRET", { meaning: "makes the tokens of waits; SERVICE_SECRET if not set" })),
  publicUrl: url("PUBLIC_URL", { default: "http://localhost:8080", meaning: "base of every link" }),
  realtimeUrl: url("REALTIME_URL", { meaning: "realtime server, which hears of everything that is committed" }),
  egressAllow: list("EGRESS_ALLOW", { default: [], meaning: "private addresses open to outgoing requests" }),
  connectionsMax: integer("DATABASE_CONNECTIONS", { default: 6, min: 3, max: 200, meaning: "connections to Postgres" }),
  leaseMs: integer("LEASE_MS", {
    default: 9_000,
    min: 300,
    max: 600_000,
    unit: "ms",
    meaning: "a run that its owner does not renew for so long is taken over; renewed every third of it",
  }),
  prefetch: integer("PREFETCH", { default: 256, min: 1, max: 5_000, meaning: "runs in hand at a time" }),
  watchMs: integer("WATCH_MS", {
    default: 1_000,
    min: 20,
    max: 60_000,
    unit: "ms",
    meaning: "time between two looks for signals of runs in hand",
  }),
  ackAfterMs: integer("ACK_AFTER_MS", {
    default: 300_000,
    min: 1_000,
    max: 1_500_000,
    unit: "ms",
    meaning: "a run's message is acknowledged at the latest after so long",
  }),
  drainMs: integer("DRAIN_MS", {
    default: 8_000,
    min: 0,
    max: 600_000,
    unit: "ms",
    meaning: "how long runs may go on after SIGTERM before they are handed over",
  }),
};

const readSettings = defineConfig(computeSettings);

/** Reads the settings from the environment; reports all that is missing or invalid at once. */
export function readComputeConfig(env: Environment): ComputeConfig {
  const { databaseUrl, brokerUrl, ...settings } = readSettings(env);
  return {
    ...settings,
    databaseUrl: new Secret(databaseUrl),
    brokerUrl: brokerUrl === undefined ? undefined : new Secret(brokerUrl),
  };
}
