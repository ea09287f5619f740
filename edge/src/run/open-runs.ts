import { createEgress, parseEgressAllow } from "@dap/connector";
import type { Logger } from "@dap/platform/log";
import type { Sql } from "@dap/platform/postgres";
import { createRealtimeLink } from "@dap/platform/realtime-link";
import { createBatcher, createRunStore, dispatchChannel } from "@dap/run";
import type { EdgeConfig } from "../config";
import type { WebhookDeps } from "../webhook/handler";
import { createAnnouncer } from "./announce";
import { runInline } from "./inline";
import { createPerform } from "./perform";
import { waitForRun } from "./wait";

export type Runs = Pick<WebhookDeps, "runInline" | "accept" | "record" | "awaitRun" | "announce"> & {
  readonly stop: () => void;
};

/** What the edge does with runs: computes inline ones, writes them and durable ones in groups, waits, and tells realtime. */
export function openRuns(config: EdgeConfig, sql: Sql, countRun: (outcome: string) => void, log: Logger): Runs {
  const store = createRunStore(sql);
  const accepts = createBatcher(store.acceptRuns, { maxEntries: 256, maxDelayMs: 0, inFlight: 2 });
  const records = createBatcher(store.recordRuns, { maxEntries: 50, maxDelayMs: 1, inFlight: 2 });
  const wakeRelay = coalesce(() => sql.notify(dispatchChannel, ""));
  const { realtimeUrl, serviceSecret } = config;
  const link = createRealtimeLink({ url: realtimeUrl, serviceName: "edge", serviceSecret, log });
  const announcer = createAnnouncer(link.publish);
  const egress = createEgress({ allow: parseEgressAllow(config.egressAllow.join(",")) });
  const inlineDeps = { nowMs: Date.now, perform: createPerform(egress, log) };
  const waitDeps = {
    subscribe: link.subscribe,
    findOutcome: async (teamId: string, runId: string) => (await store.findRun(teamId, runId))?.outcome,
  };
  return {
    runInline: (plan, accepted) => runInline(plan, accepted, inlineDeps),
    accept: async (start) => {
      const outcome = await accepts.add(start);
      countRun(outcome.kind);
      wakeRelay();
      return outcome;
    },
    record: async (record) => {
      const outcome = await records.add(record);
      countRun(outcome.kind);
      return outcome;
    },
    awaitRun: (teamId, runId, timeoutMs) => waitForRun(teamId, runId, timeoutMs, waitDeps),
    announce: announcer.add,
    stop: () => {
      announcer.stop();
      link.close();
      egress.close();
    },
  };
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
