import { mkdir } from "node:fs/promises";
import type { Environment } from "@dap/platform/config";
import { startPostgres } from "@dap/platform/embedded-postgres";
import { Failure } from "@dap/platform/failure";
import { Secret } from "@dap/platform/secret";
import { type Running, startAll } from "../../dap/src/all";
import { ensureSecret } from "./secret";
import { type LocalSettings, readLocalSettings } from "./settings";

/** The whole platform in this process, on an embedded Postgres and broker unless real ones are named. */
export async function startLocal(env: Environment): Promise<Running> {
  const settings = readLocalSettings(env);
  const { port, hostname, publicUrl, secretDir, dataDir, brokerUrl } = settings;
  checkPort(settings);
  await mkdir(dataDir, { recursive: true });
  const { adminDatabaseUrl, stopDatabase } = await openDatabase(settings);
  try {
    const { stop } = await startAll({
      port,
      hostname,
      publicUrl,
      adminDatabaseUrl,
      secretDir,
      stateDir: dataDir,
      brokerUrl,
      serviceSecret: await ensureSecret(secretDir, "service"),
      rolePassword: (role) => ensureSecret(secretDir, `postgres-${role}`),
      env,
    });
    return {
      url: publicUrl,
      stop: async () => {
        await stop();
        await stopDatabase();
      },
    };
  } catch (error) {
    await stopDatabase();
    throw error;
  }
}

/** Before anything is started: a port that is taken should cost no wait. */
function checkPort({ port, hostname }: LocalSettings): void {
  try {
    Bun.listen({ hostname, port, socket: { data() {} } }).stop(true);
  } catch (cause) {
    const advice = `Port ${port} is taken. Stop what listens there, or choose another one: PORT=${port + 1} make start`;
    throw new Failure("PORT_TAKEN", 500, advice, { cause });
  }
}

type Database = { readonly adminDatabaseUrl: Secret<string>; readonly stopDatabase: () => Promise<void> };

async function openDatabase({ databaseUrl, dataDir, secretDir }: LocalSettings): Promise<Database> {
  if (databaseUrl) return { adminDatabaseUrl: new Secret(databaseUrl), stopDatabase: async () => undefined };
  const password = await ensureSecret(secretDir, "postgres");
  const server = await startPostgres({ dataDir: `${dataDir}/postgres`, password });
  return { adminDatabaseUrl: new Secret(server.url), stopDatabase: server.stop };
}
