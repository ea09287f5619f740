/** `make start`: the whole platform in one process, on an embedded Postgres and broker unless real ones are named. */
import { mkdir } from "node:fs/promises";
import { startPostgres } from "@dap/platform/embedded-postgres";
import { Failure } from "@dap/platform/failure";
import { hardenRuntime } from "@dap/platform/runtime";
import { Secret } from "@dap/platform/secret";
import { startAll } from "../../dap/src/all";
import { ensureBuilt } from "./ensure-built";
import { ensureSecret } from "./secret";
import { type LocalSettings, readLocalSettings } from "./settings";
import { stopWith } from "./stop-line";

try {
  await main(readLocalSettings(process.env));
} catch (error) {
  stopWith(error);
}

async function main(settings: LocalSettings): Promise<void> {
  checkPort(settings);
  await mkdir(settings.dataDir, { recursive: true });
  await ensureBuilt();
  const { adminUrl, stopDatabase } = await openDatabase(settings);
  try {
    const running = await startAll({
      port: settings.port,
      hostname: settings.hostname,
      publicUrl: settings.publicUrl,
      adminDatabaseUrl: adminUrl,
      secretDir: settings.secretDir,
      stateDir: settings.dataDir,
      brokerUrl: settings.brokerUrl,
      egressAllow: settings.egressAllow,
      smtpUrl: settings.smtpUrl,
      requireVerifiedEmail: settings.requireVerifiedEmail,
      serviceSecret: await ensureSecret(settings.secretDir, "service"),
      rolePasswords: (role) => ensureSecret(settings.secretDir, `postgres-${role}`),
    });
    hardenRuntime();
    console.log(`dap is ready: ${settings.publicUrl}`);
    await untilSignal();
    console.log("dap is stopping; runs in flight are given back ...");
    await running.stop();
  } finally {
    await stopDatabase();
  }
  process.exit(0);
}

/** Before anything is started: a port that is taken should cost no wait. */
function checkPort({ port, hostname }: LocalSettings): void {
  try {
    Bun.listen({ hostname, port, socket: { data() {} } }).stop(true);
  } catch (cause) {
    throw new Failure(
      "PORT_TAKEN",
      500,
      `Port ${port} is taken. Stop what listens there, or choose another one: PORT=${port + 1} make start`,
      { cause },
    );
  }
}

async function openDatabase({
  databaseUrl,
  dataDir,
  secretDir,
}: LocalSettings): Promise<{ adminUrl: Secret<string>; stopDatabase: () => Promise<void> }> {
  if (databaseUrl) return { adminUrl: new Secret(databaseUrl), stopDatabase: async () => undefined };
  const password = await ensureSecret(secretDir, "postgres");
  const server = await startPostgres({ dataDir: `${dataDir}/postgres`, password });
  return { adminUrl: new Secret(server.url), stopDatabase: server.stop };
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false;
    const ask = (): void => {
      if (isAsked) process.exit(130);
      isAsked = true;
      resolve();
    };
    process.on("SIGTERM", ask);
    process.on("SIGINT", ask);
  });
}
