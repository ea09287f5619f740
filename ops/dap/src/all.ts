import { readComputeConfig, start as startCompute } from "@dap/compute";
import { readDataConfig, start as startData } from "@dap/data";
import { readEdgeConfig, start as startEdge } from "@dap/edge";
import { readIdentityConfig, start as startIdentity } from "@dap/identity";
import { defineConfig, type Environment } from "@dap/platform/config";
import { findFreePort } from "@dap/platform/free-port";
import { createHealth, internalSettings, openInternalPort } from "@dap/platform/health";
import { createLogger } from "@dap/platform/log";
import type { Secret } from "@dap/platform/secret";
import { readRealtimeConfig, start as startRealtime } from "@dap/realtime";
import { readTeamConfig, start as startTeam } from "@dap/team";
import { createBroker } from "./broker";
import { databases } from "./database";
import { loadWeb } from "./web";
import { within } from "./within";

/** What the whole platform in one process needs to know besides the services' own settings. */
export type AllConfig = {
  readonly port: number;
  readonly hostname: string;
  readonly publicUrl: string;
  /** A role with CREATEDB and CREATEROLE on the one cluster that holds the three databases. */
  readonly adminDatabaseUrl: Secret<string>;
  readonly secretDir: string;
  readonly stateDir: string;
  readonly brokerUrl: string | undefined;
  readonly serviceSecret: Secret<string>;
  readonly rolePassword: (role: string) => Promise<Secret<string>>;
  /** Further settings of the services, by the names that each documents. */
  readonly env: Environment;
  /** Resolves when the webapp is built; all else starts meanwhile. Absent: it is built. */
  readonly built?: Promise<void>;
  /** Lets go of the public port, which the caller kept from being taken by a connection or service of our own. */
  readonly releasePort?: () => void;
};

export type Running = { readonly url: string; readonly stop: () => Promise<void> };

const loopback = "127.0.0.1";
/** Requests in flight get so long before the workers are drained, which takes up to DRAIN_MS. */
const edgeStopMsMax = 3_000;
const readInternal = defineConfig(internalSettings);

/**
 * Starts every service on a free loopback port, then the edge on the public one: the port opens only when all are ready.
 * Each reads its settings as it would in a process of its own. When one cannot start, those before it are stopped and its
 * error is thrown.
 */
export async function startAll(config: AllConfig): Promise<Running> {
  const log = createLogger({ service: "dap" });
  const running: Running[] = [];
  // One internal port for all, open from the first moment on: it says what is still missing.
  const health = createHealth();
  let isStarted = false;
  health.need("start", () => isStarted);
  const stop = async (): Promise<void> => {
    isStarted = false;
    for (const service of running.splice(0).reverse())
      await service.stop().catch((error: unknown) => log.warn("A service did not stop cleanly.", { error }));
  };
  const keep = async (starting: Promise<Running>): Promise<Running> => {
    const service = await starting;
    running.push(service);
    return service;
  };
  try {
    const internal = openInternalPort(health, readInternal(config.env));
    if (internal) running.push({ url: internal.url, stop: () => internal.stop() });
    const urls = await databases(config);
    const env = await environment(config, urls);
    const broker = await createBroker(config.brokerUrl, urls, log);
    running.push({ url: "", stop: () => broker.close() });
    const on = (url: string | undefined): Environment => ({ ...env, PORT: new URL(url ?? "http://x").port });
    await together([
      keep(startIdentity(readIdentityConfig(on(env.IDENTITY_URL)), undefined, health)),
      keep(startTeam(readTeamConfig(on(env.TEAM_URL)), undefined, health)),
      keep(startData(readDataConfig(on(env.DATA_URL)), { broker, health })),
    ]);
    await keep(startRealtime({ ...readRealtimeConfig(on(env.REALTIME_URL)), broker }, health));
    await keep(startCompute(readComputeConfig(env), { broker, health }));
    await config.built;
    const web = await loadWeb(config.publicUrl, () => `http://${loopback}:${config.port}`, config.serviceSecret);
    config.releasePort?.();
    const edge = await startEdge(readEdgeConfig({ ...env, PORT: String(config.port) }), { web, health });
    // Who still waits for a result then is answered as long as the workers drain.
    running.push({ url: edge.url, stop: () => within(edgeStopMsMax, edge.stop()) });
    isStarted = true;
    return { url: edge.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for all, also when one has failed: what started meanwhile can be stopped then. */
async function together(starting: readonly Promise<Running>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(starting)) if (outcome.status === "rejected") throw outcome.reason;
}

/** The settings of all services. Services that name each other get their ports before any of them starts. */
async function environment(config: AllConfig, urls: Awaited<ReturnType<typeof databases>>): Promise<Environment> {
  const free = async (): Promise<string> => `http://${loopback}:${await findFreePort()}`;
  const role = (name: Parameters<typeof urls.role>[0]): string => urls.role(name).reveal();
  const owner = (name: Parameters<typeof urls.owner>[0]): string => urls.owner(name).reveal();
  return {
    MAIL: config.env.SMTP_URL ? "smtp" : "mailbox",
    REQUIRE_VERIFIED_EMAIL: "false",
    REALTIME_ORIGINS: config.env.EMBED_ORIGINS,
    SOLE_PROCESS: String(config.brokerUrl === undefined),
    ...config.env,
    INTERNAL_PORT: undefined,
    HOSTNAME_LISTEN: loopback,
    EDGE_HOSTNAME: config.hostname,
    PUBLIC_URL: config.publicUrl,
    SECRET_DIR: config.secretDir,
    SERVICE_SECRET: config.serviceSecret.reveal(),
    EDGE_STATE_DIR: `${config.stateDir}/edge`,
    COMPONENT_DIR: new URL("../../../component/dist", import.meta.url).pathname,
    IDENTITY_URL: await free(),
    TEAM_URL: await free(),
    DATA_URL: await free(),
    REALTIME_URL: await free(),
    IDENTITY_ROLE_DATABASE_URL: role("dap_identity"),
    TEAM_ROLE_DATABASE_URL: role("dap_team"),
    DATA_ROLE_DATABASE_URL: role("dap_data"),
    DATA_SYSTEM_DATABASE_URL: role("dap_data_system"),
    COMPUTE_DATABASE_URL: role("dap_compute"),
    EDGE_ROLE_DATABASE_URL: role("dap_edge"),
    IDENTITY_DATABASE_URL: owner("identity"),
    TEAM_DATABASE_URL: owner("team"),
    DATA_DATABASE_URL: owner("data"),
  };
}
