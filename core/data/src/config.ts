import { defineConfig, type Environment, flag, integer, optional, secret, text, url } from "@dap/platform/config";
import { type InternalSettings, internalSettings } from "@dap/platform/health";
import { Secret } from "@dap/platform/secret";

export type DataConfig = InternalSettings & {
  /** 0 takes a free port. */
  readonly port: number;
  readonly hostname: string;
  readonly publicUrl: string;
  /** Logs in as `dap_data`. */
  readonly databaseUrl: Secret<string>;
  /** Logs in as `dap_data_system`: relay, sweeper and route feed. */
  readonly systemDatabaseUrl: Secret<string>;
  /** Logs in as the owner, to migrate at start; without it the database must be up to date already. */
  readonly ownerDatabaseUrl: Secret<string> | undefined;
  /** RabbitMQ; without it the broker inside Postgres. */
  readonly brokerUrl: Secret<string> | undefined;
  readonly serviceSecret: Secret<string>;
  /** Makes the tokens of waits; without it the service secret does. */
  readonly resumeSecret?: Secret<string> | undefined;
  readonly identityUrl: string;
  /** A function when the port of realtime is not known yet. */
  readonly realtimeUrl: string | (() => string);
  /** Connections of each pool. */
  readonly connectionsMax: number;
  /** Every worker is in this process, so that whoever held a run before this start is dead. */
  readonly isSoleProcess: boolean;
  readonly sweepEveryMs: number;
  /** A confirmed dispatch that no worker claimed for so long is sent again. */
  readonly unclaimedMs: number;
  /** A schedule's tick that is later than this was missed: its catch-up policy decides. */
  readonly scheduleLateMs: number;
};

/** Every setting of the data backend. */
export const dataSettings = {
  ...internalSettings,
  port: integer("PORT", { default: 0, max: 65_535, meaning: "port to listen on; 0 takes a free one" }),
  hostname: text("HOSTNAME_LISTEN", { default: "127.0.0.1", meaning: "address to listen on" }),
  publicUrl: url("PUBLIC_URL", {
    default: "http://localhost:8080",
    meaning: "base of every link, and issuer of tokens",
  }),
  databaseUrl: text("DATA_ROLE_DATABASE_URL", { meaning: "the data database, as the role dap_data" }),
  systemDatabaseUrl: text("DATA_SYSTEM_DATABASE_URL", { meaning: "the data database, as the role dap_data_system" }),
  ownerDatabaseUrl: optional(
    text("DATA_DATABASE_URL", { meaning: "the data database, as its owner: migrates at start" }),
  ),
  brokerUrl: optional(text("BROKER_URL", { meaning: "amqp://... of RabbitMQ; without it the broker inside Postgres" })),
  serviceSecret: secret("SERVICE_SECRET", { meaning: "shared by the services, to know each other" }),
  resumeSecret: optional(secret("RESUME_SECRET", { meaning: "makes the tokens of waits; SERVICE_SECRET if not set" })),
  identityUrl: url("IDENTITY_URL", { meaning: "identity server, whose keys sign access tokens" }),
  realtimeUrl: url("REALTIME_URL", { meaning: "realtime server, which hears of changed runs" }),
  connectionsMax: integer("DATABASE_CONNECTIONS", {
    default: 8,
    min: 1,
    max: 200,
    meaning: "connections of each pool",
  }),
  isSoleProcess: flag("SOLE_PROCESS", {
    default: false,
    meaning: "all workers live in this process: at a start it takes over every run at once",
  }),
  sweepEveryMs: integer("SWEEP_EVERY_MS", {
    default: 250,
    min: 10,
    max: 60_000,
    unit: "ms",
    meaning: "time between two looks for due timers and lost runs",
  }),
  unclaimedMs: integer("UNCLAIMED_MS", {
    default: 30_000,
    min: 100,
    max: 3_600_000,
    unit: "ms",
    meaning: "a dispatch that nobody claimed for so long is sent again",
  }),
  scheduleLateMs: integer("SCHEDULE_LATE_MS", {
    default: 10_000,
    min: 0,
    max: 3_600_000,
    unit: "ms",
    meaning: "a schedule's tick that is later than this was missed: its catch-up policy decides",
  }),
};

const readSettings = defineConfig(dataSettings);

/** Reads the settings from the environment; reports all that is missing or invalid at once. */
export function readDataConfig(env: Environment): DataConfig {
  const { databaseUrl, systemDatabaseUrl, ownerDatabaseUrl, brokerUrl, ...settings } = readSettings(env);
  const hidden = (value: string | undefined) => (value === undefined ? undefined : new Secret(value));
  return {
    ...settings,
    databaseUrl: new Secret(databaseUrl),
    systemDatabaseUrl: new Secret(systemDatabaseUrl),
    ownerDatabaseUrl: hidden(ownerDatabaseUrl),
    brokerUrl: hidden(brokerUrl),
  };
}
