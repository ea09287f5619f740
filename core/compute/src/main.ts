import {
  catalogue,
  createEgress,
  type Egress,
  parseEgressAllow,
  performStep,
  type StepCall,
  type StepResult,
} from "@dap/connector";
import type { StepCatalogue } from "@dap/contract";
import type { ResumeUrl } from "@dap/engine";
import { type Broker, createEmbeddedBroker, createRabbitBroker } from "@dap/platform/broker";
import { createHealth, type Health, isAnswering, openInternalPort } from "@dap/platform/health";
import { newId } from "@dap/platform/id";
import { createLogger, type Logger } from "@dap/platform/log";
import { connect, type Sql } from "@dap/platform/postgres";
import { createRealtimeLink, type RealtimeLink } from "@dap/platform/realtime-link";
import {
  createPlanCache,
  createResumeTokens,
  createResumeUrl,
  createRunStore,
  performCall,
  type RunStore,
} from "@dap/run";
import type { ComputeConfig } from "./config";
import { createLane } from "./run/lane";
import { createPlanLoader } from "./run/load-plan";
import { startWorker } from "./run/worker";

export type ComputeParts = {
  /** Shared by all services where they are one process; without it the service opens its own. */
  readonly broker?: Broker;
  readonly log?: Logger;
  /** Shared as well, and shown by whoever shares it; without it the service opens a port for its own. */
  readonly health?: Health;
  /** In tests: other steps than the built-in ones. */
  readonly steps?: StepSource;
  /** In tests: who hears of what is committed, instead of realtime. */
  readonly publish?: RealtimeLink["publish"];
  /** In tests: a store of their own making. */
  readonly wrapStore?: (store: RunStore, sql: Sql) => RunStore;
};

export type StepSource = {
  readonly catalogue: StepCatalogue;
  readonly performStep: (call: StepCall, signal: AbortSignal) => Promise<StepResult>;
};

const loopback = "127.0.0.1";
/** Under suspicion of killing their workers, runs go one at a time: a loss is then the doing of one. */
const laneWidth = 1;

/** Starts a worker; it takes runs from the broker until `stop`, which drains it. `url` is its internal port, where it has one. */
export async function start(
  config: ComputeConfig,
  parts: ComputeParts = {},
): Promise<{ url: string; workerId: string; held(): number; stop(): Promise<void> }> {
  const { log = createLogger({ service: "compute" }), wrapStore = (store) => store } = parts;
  const database = connect(config.databaseUrl.reveal(), { max: config.connectionsMax, applicationName: "dap compute" });
  const broker = parts.broker ?? (await openBroker(config, log));
  const steps = parts.steps ?? builtInSteps(config);
  const realtime = linkRealtime(config, log);
  const clock = { nowMs: Date.now, chance: Math.random };
  const perform = { ...clock, log, performStep: steps.performStep };
  const onRetry = (error: unknown, kind: string) => log.warn("A write to Postgres is tried again.", { kind, error });
  const { leaseMs, prefetch, watchMs, ackAfterMs, drainMs } = config;
  const workerId = newId();
  const worker = await startWorker(
    {
      ...clock,
      log,
      broker,
      newId,
      lane: createLane(laneWidth),
      store: wrapStore(createRunStore(database.sql, { onRetry }), database.sql),
      planOf: createPlanCache(createPlanLoader(database.sql, steps.catalogue, log, resumeUrlOf(config))),
      perform: (call, stop) => performCall(call, stop, perform),
      publish: parts.publish ?? realtime.publish,
    },
    { workerId, leaseMs, prefetch, watchMs, ackAfterMs, drainMs },
  );
  let isReady = true;
  const health = parts.health ?? createHealth();
  health.need("compute: worker", () => isReady);
  health.need("compute: broker", () => broker.connected);
  health.need("compute: database", isAnswering(database.sql));
  health.metrics.gauge("dap_runs_held", "Runs that this worker has in hand.", worker.held);
  // Its only page: there is no other port to be asked at.
  const { internalPort = 0, internalHostname = loopback } = config;
  const internal = parts.health ? undefined : openInternalPort(health, { internalPort, internalHostname });
  return {
    url: internal?.url ?? "",
    workerId,
    held: worker.held,
    stop: async () => {
      isReady = false;
      await worker.stop();
      await internal?.stop();
      realtime.close();
      if (parts.broker === undefined) await broker.close();
      await database.close();
    },
  };
}

const resumeUrlOf = ({ resumeSecret, serviceSecret, publicUrl = "http://localhost:8080" }: ComputeConfig): ResumeUrl =>
  createResumeUrl(createResumeTokens(resumeSecret ?? serviceSecret), publicUrl);

const openBroker = ({ brokerUrl, databaseUrl }: ComputeConfig, log: Logger): Promise<Broker> =>
  brokerUrl
    ? createRabbitBroker(brokerUrl.reveal(), { log })
    : createEmbeddedBroker(databaseUrl.reveal(), { log, name: "dap compute broker" });

function builtInSteps({ egressAllow }: ComputeConfig): StepSource {
  const egress: Egress = createEgress({ allow: parseEgressAllow(egressAllow.join(",")) });
  const world = { egress, nowMs: Date.now, randomUuid: () => crypto.randomUUID() };
  return { catalogue, performStep: (call, signal) => performStep(call, { ...world, signal }) };
}

/** The line to realtime, opened when there is first something to say: realtime may start after this service. */
function linkRealtime(
  { realtimeUrl, serviceSecret }: ComputeConfig,
  log: Logger,
): Pick<RealtimeLink, "publish" | "close"> {
  let link: RealtimeLink | undefined;
  const open = () => {
    const url = typeof realtimeUrl === "function" ? realtimeUrl() : realtimeUrl;
    link ??= createRealtimeLink({ url, serviceName: "compute", serviceSecret, log });
    return link;
  };
  return { publish: (messages) => open().publish(messages), close: () => link?.close() };
}
