import {
  ConfigError,
  defineConfig,
  type Environment,
  flag,
  integer,
  optional,
  secret,
  text,
  url,
} from "@dap/platform/config";
import { type InternalSettings, internalSettings } from "@dap/platform/health";
import { Secret } from "@dap/platform/secret";

/** Where mail goes: to an SMTP server, or to the page `/mailbox` of a local installation. */
export type MailConfig =
  | { readonly kind: "mailbox" }
  | { readonly kind: "smtp"; readonly url: Secret<string>; readonly from: string };

export type IdentityConfig = InternalSettings & {
  /** 0 takes a free port. */
  readonly port: number;
  readonly hostname: string;
  readonly publicUrl: string;
  /** Logs in as `dap_identity`. */
  readonly databaseUrl: Secret<string>;
  /** Logs in as the owner, to migrate at start; without it the database must be up to date already. */
  readonly ownerDatabaseUrl: Secret<string> | undefined;
  readonly secretDir: string;
  readonly serviceSecret: Secret<string>;
  /** A function when the port of team is not known yet. */
  readonly teamUrl: string | (() => string);
  readonly mail: MailConfig;
  readonly requireVerifiedEmail: boolean;
};

/** Every setting of the identity server. */
export const identitySettings = {
  ...internalSettings,
  port: integer("PORT", { default: 0, max: 65_535, meaning: "port to listen on; 0 takes a free one" }),
  hostname: text("HOSTNAME_LISTEN", { default: "127.0.0.1", meaning: "address to listen on" }),
  publicUrl: url("PUBLIC_URL", {
    default: "http://localhost:8080",
    meaning: "base of every link, and issuer of tokens",
  }),
  databaseUrl: text("IDENTITY_ROLE_DATABASE_URL", { meaning: "the identity database, as the role dap_identity" }),
  ownerDatabaseUrl: optional(
    text("IDENTITY_DATABASE_URL", { meaning: "the identity database, as its owner: migrates at start" }),
  ),
  secretDir: text("SECRET_DIR", { default: ".data/secret", meaning: "folder of private keys, mode 0700" }),
  serviceSecret: secret("SERVICE_SECRET", { meaning: "shared by the services, to know each other" }),
  teamUrl: url("TEAM_URL", { meaning: "base of the team service's internal API" }),
  mail: text("MAIL", { default: "smtp", meaning: "smtp, or mailbox to show mail at /mailbox on this machine" }),
  smtpUrl: optional(secret("SMTP_URL", { charactersMin: 8, meaning: "smtp(s)://user:password@host:port" })),
  mailFrom: text("MAIL_FROM", { default: "dap <no-reply@localhost>", meaning: "sender of mail" }),
  requireVerifiedEmail: flag("REQUIRE_VERIFIED_EMAIL", {
    default: true,
    meaning: "logging in needs a confirmed address",
  }),
};

const readSettings = defineConfig(identitySettings);

/** Reads the settings from the environment; reports all that is missing or invalid at once. */
export function readIdentityConfig(env: Environment): IdentityConfig {
  const { mail, smtpUrl, mailFrom, databaseUrl, ownerDatabaseUrl, ...settings } = readSettings(env);
  return {
    ...settings,
    databaseUrl: new Secret(databaseUrl),
    ownerDatabaseUrl: ownerDatabaseUrl === undefined ? undefined : new Secret(ownerDatabaseUrl),
    mail: readMail(mail, smtpUrl, mailFrom),
  };
}

function readMail(kind: string, url: Secret<string> | undefined, from: string): MailConfig {
  if (kind === "mailbox") return { kind };
  if (kind !== "smtp") throw new ConfigError(["MAIL: is neither smtp nor mailbox"]);
  if (url === undefined) throw new ConfigError(["SMTP_URL: is not set (or set MAIL=mailbox on your own machine)"]);
  return { kind, url, from };
}
