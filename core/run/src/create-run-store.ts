import type { Sql } from "postgres";
import { acceptRuns, recordRuns } from "./accept";
import { decideApproval, listApprovals } from "./approval";
import { claimRuns } from "./claim";
import { commitRuns } from "./commit";
import type { RetryOptions } from "./failure";
import { countStart, findSignals, releaseLeases, renewLeases } from "./lease";
import { findRun, listRuns, readEvents } from "./read";
import { signalRun } from "./signal";
import type { RunStore } from "./store";
import { answerWait } from "./wait-answer";

export type RunStoreOptions = {
  /** How long a write is tried again while Postgres is away or the answer was lost. 10 seconds by default. */
  readonly retryMs?: number;
  readonly onRetry?: RetryOptions["onRetry"];
};

/**
 * The run store over a connection of `dap_data`, `dap_compute` or `dap_edge`; each role may do only its part. Writes repeat
 * themselves after an unknown COMMIT until the answer is known, or throw after `retryMs`.
 */
export function createRunStore(sql: Sql, { retryMs = 10_000, onRetry }: RunStoreOptions = {}): RunStore {
  const retry: RetryOptions = { retryMs, ...(onRetry && { onRetry }) };
  return {
    acceptRuns: (starts) => acceptRuns(sql, starts, retry),
    recordRuns: (records) => recordRuns(sql, records, retry),
    claimRun: async (request) => {
      const [outcome] = await claimRuns(sql, [request], retry);
      return outcome ?? { kind: "refused", reason: "missing" };
    },
    claimRuns: (requests) => claimRuns(sql, requests, retry),
    commitRuns: (commits) => commitRuns(sql, commits, retry),
    renewLeases: (workerId, runs, leaseMs) => renewLeases(sql, workerId, runs, leaseMs),
    countStart: (run) => countStart(sql, run),
    findSignals: (runs) => findSignals(sql, runs),
    releaseLeases: (workerId, runs) => releaseLeases(sql, workerId, runs, retry),
    signalRun: (teamId, runId, signal) => signalRun(sql, teamId, runId, signal, retry),
    answerWait: (teamId, runId, answer) => answerWait(sql, teamId, runId, answer, retry),
    decideApproval: (teamId, runId, decision, needed) => decideApproval(sql, teamId, runId, decision, needed, retry),
    listApprovals: (teamId, after, limit) => listApprovals(sql, teamId, after, limit),
    findRun: (teamId, runId) => findRun(sql, teamId, runId),
    readEvents: (teamId, runId, afterSeq, limit) => readEvents(sql, teamId, runId, afterSeq, limit),
    listRuns: (teamId, filter) => listRuns(sql, teamId, filter),
  };
}
