import { join } from "node:path";
import { systemClock } from "@dap/platform/clock";
import { createAuthenticator } from "@dap/platform/guard";
import { countAnswers, createHealth, type Health, isAnswering, openInternalPort } from "@dap/platform/health";
import { serve } from "@dap/platform/http";
import { createLogger, type Logger } from "@dap/platform/log";
import { migrate } from "@dap/platform/migrate";
import { connect } from "@dap/platform/postgres";
import { createPasswordHasher } from "./account/password-hash";
import { createTeamDirectory } from "./account/team-directory";
import { createApp } from "./app";
import { defaultLimits } from "./attempt/limit";
import type { IdentityConfig } from "./config";
import type { Database } from "./database/database";
import type { IdentityDeps } from "./deps";
import { accessAudience, createAccessTokenSigner } from "./key/access-token";
import { openKeyFolder, readOrCreateSecret } from "./key/key-file";
import { type KeyRing, openKeyRing } from "./key/key-ring";
import { createSmtpTransport, type MailDelivery, startMailDelivery } from "./mail/delivery";
import { createSealer, type Sealer } from "./secret/seal";
import { sweep } from "./sweep";

export const migrationFolder = join(import.meta.dir, "database/migration");

const keyReloadMs = 60_000;
const sweepEveryMs = 3_600_000;

/** Starts the identity server: migrates, opens or makes its keys, listens. `health` is shared where the process is. */
export async function start(
  config: IdentityConfig,
  log: Logger = createLogger({ service: "identity" }),
  health: Health = createHealth(),
) {
  if (config.ownerDatabaseUrl) await migrate({ url: config.ownerDatabaseUrl.reveal(), folder: migrationFolder });
  const { sql, db, close } = connect(config.databaseUrl.reveal(), { applicationName: "dap identity" });
  const folder = join(config.secretDir, "identity");
  const keys = await openKeyRing({ db, folder: openKeyFolder(folder), clock: systemClock, log });
  const mailSealer = await createSealer(await readOrCreateSecret(folder, "mail.key"), "mail");
  const delivery = startDelivery(config, db, mailSealer, log);
  const deps = createDeps(config, { db, keys, mailSealer, delivery, log });
  const running = serve(createApp(deps), {
    port: config.port,
    hostname: config.hostname,
    onAnswer: countAnswers(health, "identity"),
  });
  health.need("identity: database", isAnswering(sql));
  const internal = openInternalPort(health, config);
  const timers = [
    every(keyReloadMs, () => keys.load(), log),
    every(sweepEveryMs, () => sweep(db, new Date(systemClock.nowMs())), log),
  ];
  return {
    url: running.url,
    async stop() {
      timers.forEach(clearInterval);
      await running.stop();
      await internal?.stop();
      await delivery?.stop();
      await close();
    },
  };
}

type Opened = {
  readonly db: Database;
  readonly keys: KeyRing;
  readonly mailSealer: Sealer;
  readonly delivery: MailDelivery | undefined;
  readonly log: Logger;
};

function createDeps(config: IdentityConfig, { delivery, ...opened }: Opened): IdentityDeps {
  const { publicUrl, serviceSecret, teamUrl, requireVerifiedEmail } = config;
  const localKeys = () => opened.keys.published();
  return {
    ...opened,
    settings: {
      publicUrl,
      requireVerifiedEmail,
      isMailboxShown: config.mail.kind === "mailbox",
      limits: defaultLimits,
    },
    hasher: createPasswordHasher(),
    sign: createAccessTokenSigner(opened.keys, publicUrl),
    team: createTeamDirectory(typeof teamUrl === "function" ? teamUrl : () => teamUrl, serviceSecret),
    mailQueued: () => delivery?.kick(),
    authenticate: createAuthenticator({ localKeys, issuer: publicUrl, audience: accessAudience, serviceSecret }),
    clock: systemClock,
  };
}

function startDelivery({ mail }: IdentityConfig, db: Database, sealer: Sealer, log: Logger): MailDelivery | undefined {
  if (mail.kind === "mailbox") return undefined;
  const transport = createSmtpTransport(mail.url.reveal(), mail.from);
  return startMailDelivery({ db, sealer, transport, clock: systemClock, log });
}

const every = (ms: number, work: () => Promise<unknown>, log: Logger) =>
  setInterval(() => {
    work().catch((error: unknown) => log.warn("A chore failed; it is tried again at its next turn.", { error }));
  }, ms);
