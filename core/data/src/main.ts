import { join } from "node:path";
import { catalogue } from "@dap/connector";
import { type Broker, ensureEmbeddedBroker } from "@dap/platform/broker";
import { systemClock } from "@dap/platform/clock";
import { createAuthenticator } from "@dap/platform/guard";
import {
  countAnswers,
  countRuns,
  createHealth,
  type Health,
  isAnswering,
  openInternalPort,
} from "@dap/platform/health";
import { serve } from "@dap/platform/http";
import { createLogger, type Logger } from "@dap/platform/log";
import { migrate } from "@dap/platform/migrate";
import { type Connection, connect } from "@dap/platform/postgres";
import type { Secret } from "@dap/platform/secret";
import {
  createBatcher,
  createResumeTokens,
  createResumeUrl,
  createRunMaintenance,
  createRunStore,
  dispatchChannel,
  type RunStore,
} from "@dap/run";
import { createApp, type DataDeps } from "./app";
import type { DataConfig } from "./config";
import { openBroker } from "./dispatch/broker";
import { startRelay } from "./dispatch/relay";
import { startSweeper } from "./dispatch/sweeper";
import { routeChannel } from "./endpoint/query";
import { forgetEdges } from "./feed/edge-seen";
import { createRouteSignal } from "./feed/route-signal";
import { forgetKeys } from "./http/forget-key";
import { linkRealtime } from "./run/realtime";
import { untilDue } from "./schedule/fire";
import { forgetTicks } from "./schedule/forget-tick";
import { startScheduler } from "./schedule/scheduler";
import { scheduleChannel } from "./schedule/settle";

export const migrationFolder = join(import.meta.dir, "database/migration");

export type DataParts = {
  /** Shared by all services where they are one process; without it the service opens its own. */
  readonly broker?: Broker;
  readonly log?: Logger;
  readonly health?: Health;
};

/** Starts the data backend: migrates, listens, and keeps relay, sweeper and scheduler going. */
export async function start(
  config: DataConfig,
  { broker: shared, log = createLogger({ service: "data" }), health = createHealth() }: DataParts = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  await prepareDatabase(config);
  const max = config.connectionsMax;
  const own = connect(config.databaseUrl.reveal(), { max, applicationName: "dap data" });
  const system = connect(config.systemDatabaseUrl.reveal(), { max: 6, applicationName: "dap data system" });
  const broker = shared ?? (await openBroker(config, log));

  const maintenance = createRunMaintenance(system.sql);
  if (config.isSoleProcess) await maintenance.voidLeases();
  const relay = startRelay({ maintenance, broker, log });
  const cleanUp = async () => {
    await forgetKeys(system.db);
    await forgetEdges(system.db);
    await forgetTicks(system.db);
  };
  const { sweepEveryMs: everyMs, unclaimedMs } = config;
  const sweeper = startSweeper({ maintenance, wakeRelay: relay.wake, log, everyMs, unclaimedMs, cleanUp });
  const { scheduleLateMs: lateMs } = config;
  const scheduler = startScheduler({ systemSql: system.sql, sql: own.sql, wakeRelay: relay.wake, log, lateMs });

  const routes = createRouteSignal();
  await Promise.all([
    system.sql.listen(routeChannel, routes.raise),
    system.sql.listen(dispatchChannel, relay.wake),
    system.sql.listen(scheduleChannel, scheduler.wake),
  ]);
  const realtime = linkRealtime(config, log);
  const stop = new AbortController();
  const deps = createDeps(config, {
    own,
    system,
    health,
    log,
    realtime,
    wakeRelay: relay.wake,
    routeChanged: routes.wait,
    stopping: stop.signal,
  });
  const { port, hostname } = config;
  const server = serve(createApp(deps), { port, hostname, onAnswer: countAnswers(health, "data") });
  health.need("data: database", isAnswering(own.sql));
  health.need("data: broker", () => broker.connected);
  health.metrics.gauge("dap_relay_lag_seconds", "Age of the oldest run that waits to be sent to a worker.", async () =>
    Math.max(0, ((await maintenance.oldestDueMs()) ?? 0) / 1_000),
  );
  health.metrics.gauge("dap_schedule_lag_seconds", "By how much the most overdue schedule is late.", async () =>
    Math.max(0, -((await untilDue({ systemSql: system.sql })) ?? 0) / 1_000),
  );
  const internal = openInternalPort(health, config);
  return {
    url: server.url,
    stop: async () => {
      stop.abort();
      await server.stop();
      await internal?.stop();
      await Promise.all([scheduler.stop(), relay.stop(), sweeper.stop()]);
      realtime.close();
      if (!shared) await broker.close();
      await Promise.all([own.close(), system.close()]);
    },
  };
}

async function prepareDatabase({ ownerDatabaseUrl, brokerUrl }: DataConfig): Promise<void> {
  if (!ownerDatabaseUrl) return;
  await migrate({ url: ownerDatabaseUrl.reveal(), folder: migrationFolder });
  if (!brokerUrl) await ensureEmbeddedBroker(ownerDatabaseUrl.reveal());
}

/** Runs accepted at the same time share a transaction. */
function grouped(store: RunStore, health: Health): RunStore {
  const accepts = createBatcher(store.acceptRuns, { maxEntries: 256, maxDelayMs: 0, inFlight: 2 });
  const count = countRuns(health, "data");
  return {
    ...store,
    acceptRuns: async (starts) => {
      const outcomes = await Promise.all(starts.map(accepts.add));
      for (const { kind } of outcomes) count(kind);
      return outcomes;
    },
  };
}

type Opened = Pick<DataDeps, "log" | "realtime" | "wakeRelay" | "routeChanged" | "stopping"> & {
  readonly health: Health;
  readonly own: Connection;
  readonly system: Connection;
};

const createDeps = (
  { publicUrl, identityUrl, serviceSecret, resumeSecret }: DataConfig,
  { own, system, health, ...opened }: Opened,
): DataDeps => ({
  ...opened,
  publicUrl,
  ...resumeParts(resumeSecret ?? serviceSecret, publicUrl),
  catalogue,
  db: own.db,
  systemDb: system.db,
  runStore: grouped(createRunStore(own.sql), health),
  nowMs: systemClock.nowMs,
  authenticate: createAuthenticator({
    jwksUrl: `${identityUrl}/.well-known/jwks.json`,
    issuer: publicUrl,
    audience: "dap-api",
    serviceSecret,
  }),
});

function resumeParts(secret: Secret<string>, publicUrl: string): Pick<DataDeps, "resumeTokens" | "resumeUrl"> {
  const resumeTokens = createResumeTokens(secret);
  return { resumeTokens, resumeUrl: createResumeUrl(resumeTokens, publicUrl) };
}
