import { defineConfig, type Environment, integer, optional, secret, text, url } from "@dap/platform/config";
import { type InternalSettings, internalSettings } from "@dap/platform/health";
import { Secret } from "@dap/platform/secret";

export type TeamConfig = InternalSettings & {
  /** 0 takes a free port. */
  readonly port: number;
  readonly hostname: string;
  /** Issuer of access tokens. */
  readonly publicUrl: string;
  /** Logs in as `dap_team`. */
  readonly databaseUrl: Secret<string>;
  /** Logs in as the owner, to migrate at start; without it the database must be up to date already. */
  readonly ownerDatabaseUrl: Secret<string> | undefined;
  readonly serviceSecret: Secret<string>;
  /** Functions when ports are not known yet; asked when first needed. */
  readonly identityUrl: string | (() => string);
  readonly dataUrl: string | (() => string);
};

/** Every setting of the team service. */
export const teamSettings = {
  ...internalSettings,
  port: integer("PORT", { default: 0, max: 65_535, meaning: "port to listen on; 0 takes a free one" }),
  hostname: text("HOSTNAME_LISTEN", { default: "127.0.0.1", meaning: "address to listen on" }),
  publicUrl: url("PUBLIC_URL", { default: "http://localhost:8080", meaning: "issuer of access tokens" }),
  databaseUrl: text("TEAM_ROLE_DATABASE_URL", { meaning: "the team database, as the role dap_team" }),
  ownerDatabaseUrl: optional(
    text("TEAM_DATABASE_URL", { meaning: "the team database, as its owner: migrates at start" }),
  ),
  serviceSecret: secret("SERVICE_SECRET", { meaning: "shared by the services, to know each other" }),
  identityUrl: url("IDENTITY_URL", { meaning: "base of the identity server, for its keys" }),
  dataUrl: url("DATA_URL", { meaning: "base of the data backend's internal API" }),
};

const readSettings = defineConfig(teamSettings);

/** Reads the settings from the environment; reports all that is missing or invalid at once. */
export function readTeamConfig(env: Environment): TeamConfig {
  const { databaseUrl, ownerDatabaseUrl, ...settings } = readSettings(env);
  return {
    ...settings,
    databaseUrl: new Secret(databaseUrl),
    ownerDatabaseUrl: ownerDatabaseUrl === undefined ? undefined : new Secret(ownerDatabaseUrl),
  };
}
