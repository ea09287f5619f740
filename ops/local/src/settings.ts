import { resolve } from "node:path";
import { defineConfig, flag, integer, list, optional, type Setting, text, url } from "@dap/platform/config";
import { internalSettings } from "@dap/platform/health";

/** An absolute URL of one of these protocols. */
const urlOf = (protocols: readonly string[], setting: Setting<string>): Setting<string> => ({
  ...setting,
  parse: (given) =>
    protocols.some((protocol) => given.startsWith(`${protocol}://`))
      ? setting.parse(given)
      : { problem: `does not start with ${protocols.map((protocol) => `${protocol}://`).join(" or ")}` },
});

/** Every setting of `make start`: the whole platform in one process. */
export const localSettings = {
  port: integer("PORT", { default: 8080, min: 1, max: 65_535, meaning: "the one public port" }),
  hostname: text("HOSTNAME_LISTEN", {
    default: "127.0.0.1",
    meaning: "address of the public port; 0.0.0.0 opens it to the network",
  }),
  publicUrl: optional(url("PUBLIC_URL", { meaning: "base of every link; http://localhost:PORT when not set" })),
  dataDir: text("DATA_DIR", { default: ".data", meaning: "folder of all state" }),
  secretDir: optional(text("SECRET_DIR", { meaning: "folder of private keys; DATA_DIR/secret when not set" })),
  databaseUrl: optional(
    urlOf(
      ["postgres", "postgresql"],
      url("DATABASE_URL", {
        meaning: "a Postgres server to use instead of the embedded one; its role needs CREATEDB and CREATEROLE",
      }),
    ),
  ),
  brokerUrl: optional(
    urlOf(
      ["amqp", "amqps"],
      url("BROKER_URL", { meaning: "a RabbitMQ server (amqp://) to use instead of the embedded broker" }),
    ),
  ),
  egressAllow: list("EGRESS_ALLOW", {
    default: [],
    meaning: "private addresses open to outgoing requests: addresses, CIDRs, host names, each with or without a port",
  }),
  ...internalSettings,
  smtpUrl: optional(url("SMTP_URL", { meaning: "mail server; without one, mail goes to the page /mailbox" })),
  requireVerifiedEmail: flag("REQUIRE_VERIFIED_EMAIL", {
    default: false,
    meaning: "people must verify their address first",
  }),
} as const;

const readRaw = defineConfig(localSettings);

/** The settings with folders made absolute and links filled in. Throws `ConfigError` with every problem at once. */
export function readLocalSettings(env: Readonly<Record<string, string | undefined>>) {
  const raw = readRaw(env);
  const dataDir = resolve(raw.dataDir);
  return {
    ...raw,
    dataDir,
    secretDir: resolve(raw.secretDir ?? `${dataDir}/secret`),
    publicUrl: raw.publicUrl ?? `http://localhost:${raw.port}`,
  };
}

export type LocalSettings = ReturnType<typeof readLocalSettings>;
