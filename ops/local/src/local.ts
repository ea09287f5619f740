import type { Environment } from "@dap/platform/config";
import { Failure } from "@dap/platform/failure";
import { type Running, startAll } from "../../dap/src/all";
import { claimDataDir } from "./data-dir";
import { openServer } from "./postgres-server";
import { probeBroker } from "./probe";
import { ensureSecret } from "./secret";
import { type LocalSettings, readLocalSettings } from "./settings";

export type RunningLocal = Running & {
  /** Resolves with the reason when the platform cannot go on: its Postgres has ended. */
  readonly failed: Promise<Failure>;
};

export type LocalParts = {
  /** Resolves when the webapp is built; all else starts meanwhile. */
  readonly built?: Promise<void>;
};

/**
 * The whole platform in this process, on an embedded Postgres and broker unless real ones are named. Fails with `Failure`
 * or `ConfigError`, whose messages say what to do; nothing is left running then.
 */
export async function startLocal(env: Environment, { built }: LocalParts = {}): Promise<RunningLocal> {
  const settings = readLocalSettings(env);
  const { port, hostname, publicUrl, secretDir, dataDir, brokerUrl } = settings;
  const releasePort = holdPort(settings);
  const claim = claimDataDir(dataDir);
  if (brokerUrl) await probeBroker(brokerUrl);
  const server = await openServer(settings);
  try {
    const { stop } = await Promise.race([
      startAll({
        port,
        hostname,
        publicUrl,
        adminDatabaseUrl: server.adminUrl,
        secretDir,
        stateDir: dataDir,
        brokerUrl,
        serviceSecret: await ensureSecret(secretDir, "service"),
        rolePassword: (role) => ensureSecret(secretDir, `postgres-${role}`),
        env,
        releasePort,
        ...(built ? { built } : {}),
      }),
      server.failed.then((failure) => Promise.reject(failure)),
    ]);
    return {
      url: publicUrl,
      failed: server.failed,
      stop: async () => {
        await stop();
        await server.stop();
        claim.release();
      },
    };
  } catch (error) {
    await server.stop();
    throw server.explain(error);
  }
}

/**
 * Takes the port before anything is started, so that a taken one costs no wait, and keeps it until the edge is ready to
 * listen: a service or connection of our own could get it by chance. Whoever calls meanwhile is hung up on.
 */
function holdPort({ port, hostname }: LocalSettings): () => void {
  try {
    const listener = Bun.listen({ hostname, port, socket: { open: (socket) => void socket.end(), data() {} } });
    return () => listener.stop(true);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EACCES") {
      const advice = `Port ${port} is for root alone. Choose one from 1024 up: PORT=8080 make start`;
      throw new Failure("PORT_DENIED", 500, advice, { cause });
    }
    if (code !== "EADDRINUSE") {
      const advice = `${hostname} is no address of this machine that can be listened on. Set HOSTNAME_LISTEN to 127.0.0.1 or 0.0.0.0`;
      throw new Failure("ADDRESS_REFUSED", 500, advice, { cause });
    }
    const other = port < 65_535 ? port + 1 : 8080;
    const advice = `Port ${port} is taken. Stop what listens there, or choose another one: PORT=${other} make start`;
    throw new Failure("PORT_TAKEN", 500, advice, { cause });
  }
}
