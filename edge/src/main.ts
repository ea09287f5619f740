import { mkdir, rename } from "node:fs/promises";
import { catalogue, createEgress, parseEgressAllow } from "@dap/connector";
import type { RouteFeedPage } from "@dap/contract";
import {
  countAnswers,
  countRuns,
  createHealth,
  type Health,
  isAnswering,
  openInternalPort,
} from "@dap/platform/health";
import { createLogger } from "@dap/platform/log";
import { connect } from "@dap/platform/postgres";
import { createRealtimeLink } from "@dap/platform/realtime-link";
import { serviceFetch } from "@dap/platform/service-token";
import { createBatcher, createRunStore, dispatchChannel } from "@dap/run";
import { createApp } from "./app";
import type { EdgeConfig } from "./config";
import { createDocsApp } from "./docs/app";
import { socketPipe } from "./gateway/socket";
import { stopServer } from "./gateway/stop-server";
import { followFeed, parseFeedPage } from "./route/feed";
import { createPlanCache } from "./route/plan-cache";
import { createSnapshot } from "./route/snapshot";
import { createAnnouncer } from "./run/announce";
import { runInline } from "./run/inline";
import { createPerform } from "./run/perform";
import { waitForRun } from "./run/wait";

export type EdgeParts = {
  /** The webapp's handler, where it runs in the same process. */
  readonly web?: (request: Request) => Promise<Response>;
  readonly health?: Health;
};

/** Longer than an answer takes that waits for nothing but us; whoever waits for a run reads its status later. */
const stopGraceMs = 10_000;

/** Opens the public port once the first routes are known (from data, or from the last snapshot on disk). */
export async function start(
  config: EdgeConfig,
  { web, health = createHealth() }: EdgeParts = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const log = createLogger({ service: "edge" });
  const { sql, close } = connect(config.databaseUrl.reveal(), { max: 4, applicationName: "dap-edge" });
  const store = createRunStore(sql);
  const accepts = createBatcher(store.acceptRuns, { maxEntries: 256, maxDelayMs: 0, inFlight: 2 });
  const records = createBatcher(store.recordRuns, { maxEntries: 50, maxDelayMs: 1, inFlight: 2 });
  const wakeRelay = coalesce(() => sql.notify(dispatchChannel, ""));
  const link = createRealtimeLink({
    url: config.realtimeUrl,
    serviceName: "edge",
    serviceSecret: config.serviceSecret,
    log,
  });
  const announcer = createAnnouncer(link.publish);
  const egress = createEgress({ allow: parseEgressAllow(config.egressAllow.join(",")) });
  const data = serviceFetch(config.dataUrl, "edge", config.serviceSecret);

  const file = `${config.stateDir}/snapshot.json`;
  const saved = await readSnapshot(file);
  const snapshot = createSnapshot(saved);
  const edgeId = crypto.randomUUID();
  const feed = followFeed({
    snapshot,
    log,
    save: (page) => saveSnapshot(config.stateDir, file, page),
    fetchPage: async (since, waitSeconds, signal) => {
      const path = `/internal/routes?since=${since}&wait=${waitSeconds}&edge=${edgeId}`;
      const page = parseFeedPage(await data(path, { signal, timeoutMs: (waitSeconds + 10) * 1_000 }));
      if (!page) throw new Error("the route feed gave no page");
      return page;
    },
  });
  if (!saved) await feed.ready;

  const inlineDeps = { nowMs: Date.now, perform: createPerform(egress, log) };
  const docs = createDocsApp({
    publicUrl: config.publicUrl,
    services: [config.identityUrl, config.teamUrl, config.dataUrl, config.realtimeUrl],
    componentDir: config.componentDir,
    log,
  });
  const publicUrl = new URL(config.publicUrl);

  const countRun = countRuns(health, "edge");
  const app = createApp({
    publicUrl,
    upstreams: {
      identity: config.identityUrl,
      team: config.teamUrl,
      data: config.dataUrl,
      realtime: config.realtimeUrl,
      web: config.webUrl,
    },
    ...(web ? { web } : {}),
    embeds: { origins: config.embedOrigins },
    ownPages: (request) => docs.handle(request),
    log,
    serviceSecret: config.serviceSecret,
    webhook: {
      snapshot,
      plans: createPlanCache(catalogue),
      catchUp: feed.catchUp,
      runInline: (plan, accepted) => runInline(plan, accepted, inlineDeps),
      publicUrl: config.publicUrl,
      accept: async (runStart) => {
        const outcome = await accepts.add(runStart);
        countRun(outcome.kind);
        wakeRelay();
        return outcome;
      },
      record: async (record) => {
        const outcome = await records.add(record);
        countRun(outcome.kind);
        return outcome;
      },
      awaitRun: (teamId, runId, timeoutMs) =>
        waitForRun(teamId, runId, timeoutMs, {
          subscribe: link.subscribe,
          findOutcome: async (team, run) => (await store.findRun(team, run))?.outcome,
        }),
      announce: announcer.add,
      statusUrl: (teamId, runId) => `${config.publicUrl}/api/v1/teams/${teamId}/runs/${runId}`,
      nowMs: Date.now,
    },
  });
  const countAnswer = countAnswers(health, "edge");
  const server = Bun.serve({
    port: config.port,
    hostname: config.hostname,
    reusePort: false,
    maxRequestBodySize: 104_857_600,
    idleTimeout: 75,
    websocket: socketPipe,
    fetch: async (request, self) => {
      const answer = await app(request, self);
      if (answer) countAnswer(answer.status);
      return answer;
    },
  });
  health.need("edge: database", isAnswering(sql));
  const internal = openInternalPort(health, config);

  return {
    url: `http://127.0.0.1:${server.port}`,
    stop: async () => {
      await stopServer(server, stopGraceMs);
      await internal?.stop();
      feed.stop();
      announcer.stop();
      link.close();
      egress.close();
      await close();
    },
  };
}

async function readSnapshot(file: string): Promise<RouteFeedPage | undefined> {
  try {
    return parseFeedPage(await Bun.file(file).json());
  } catch {
    return undefined; // None yet, or cut off by a crash: the feed gives all of it again.
  }
}

async function saveSnapshot(dir: string, file: string, page: RouteFeedPage): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await Bun.write(`${file}.new`, JSON.stringify(page), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** One call under way and one after it at most, however often it is asked for. Failures are left to the relay's own look-out. */
function coalesce(work: () => Promise<unknown>): () => void {
  let isUnderWay = false;
  let isAskedAgain = false;
  const run = (): void => {
    isUnderWay = true;
    isAskedAgain = false;
    const done = (): void => {
      isUnderWay = false;
      if (isAskedAgain) run();
    };
    work().then(done, done);
  };
  return () => {
    if (isUnderWay) isAskedAgain = true;
    else run();
  };
}
