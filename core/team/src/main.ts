import { join } from "node:path";
import { systemClock } from "@dap/platform/clock";
import { type Authenticator, createAuthenticator } from "@dap/platform/guard";
import { countAnswers, createHealth, type Health, isAnswering, openInternalPort } from "@dap/platform/health";
import { serve } from "@dap/platform/http";
import { createLogger, type Logger } from "@dap/platform/log";
import { migrate } from "@dap/platform/migrate";
import { connect } from "@dap/platform/postgres";
import { serviceFetch } from "@dap/platform/service-token";
import { createApp } from "./app";
import type { TeamConfig } from "./config";

export const migrationFolder = join(import.meta.dir, "database/migration");

const audience = "dap-api";
/** Data answers in milliseconds; a login should not wait longer for a part that is down. */
const provisionTimeoutMs = 3_000;

/** Starts the team service: migrates, listens. `health` is shared where the process is. */
export async function start(
  config: TeamConfig,
  log: Logger = createLogger({ service: "team" }),
  health: Health = createHealth(),
) {
  if (config.ownerDatabaseUrl) await migrate({ url: config.ownerDatabaseUrl.reveal(), folder: migrationFolder });
  const { sql, db, close } = connect(config.databaseUrl.reveal(), { applicationName: "dap team" });
  const app = createApp({
    db,
    authenticate: createLazyAuthenticator(config),
    provision: createProvision(config),
    clock: systemClock,
    log,
  });
  const running = serve(app, {
    port: config.port,
    hostname: config.hostname,
    onAnswer: countAnswers(health, "team"),
  });
  health.need("team: database", isAnswering(sql));
  const internal = openInternalPort(health, config);
  return {
    url: running.url,
    async stop() {
      await running.stop();
      await internal?.stop();
      await close();
    },
  };
}

/** Made at the first request: until then identity's address may not be known. */
function createLazyAuthenticator({ identityUrl, publicUrl, serviceSecret }: TeamConfig): Authenticator {
  let made: Authenticator | undefined;
  return (request) => {
    made ??= createAuthenticator({
      jwksUrl: `${addressOf(identityUrl)}/.well-known/jwks.json`,
      issuer: publicUrl,
      audience,
      serviceSecret,
    });
    return made(request);
  };
}

const createProvision =
  ({ dataUrl, serviceSecret }: TeamConfig) =>
  async (teamId: string) => {
    const ask = serviceFetch(addressOf(dataUrl), "team", serviceSecret);
    await ask(`/internal/teams/${teamId}`, { method: "PUT", body: {}, timeoutMs: provisionTimeoutMs });
  };

const addressOf = (address: string | (() => string)): string => (typeof address === "function" ? address() : address);
