/**
 * How many runs a second the store alone takes, from one process on a durable Postgres of its own: `bun core/run/bench.ts`.
 * Rates of this machine; the ratios that count are in ops/bench.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "@dap/platform/embedded-postgres";
import { newId } from "@dap/platform/id";
import { createBatcher } from "./src/batcher";
import type {
  AcceptOutcome,
  ClaimOutcome,
  ClaimRequest,
  CommitOutcome,
  RecordOutcome,
  RunCommit,
  RunRecord,
  RunStart,
} from "./src/store";
import { acceptedEvent, commitOf, endedEvent, openRunDatabase, succeededEvent } from "./src/test-run";

const batch = { maxEntries: 200, maxDelayMs: 2, inFlight: 2 };
const callers = Number(process.env.CALLERS ?? 50);

const scratch = mkdtempSync("/var/tmp/dap-bench-");
const postgres = await startPostgres({ dataDir: join(scratch, "data"), durable: true });
process.env.DATABASE_URL_TEST = postgres.url;
const runs = await openRunDatabase();
const teamId = newId();

/** Processor time of the server in seconds, its living children included (Linux). */
function serverSeconds(): number {
  const ticks = (pid: string, fields: readonly number[]): number => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const parts = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields.reduce((sum, field) => sum + Number(parts[field]), 0);
  };
  const children = readFileSync(`/proc/${postgres.pid}/task/${postgres.pid}/children`, "utf8")
    .split(" ")
    .filter(Boolean);
  const own = ticks(String(postgres.pid), [11, 12, 13, 14]);
  return children.reduce((sum, pid) => sum + ticks(pid, [11, 12]), own) / 100;
}

/** Calls in flight at a time, as from so many connections. Prints calls a second and this process's processor time. */
async function measure(name: string, count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  const cpu = process.cpuUsage();
  const server = serverSeconds();
  const startMs = performance.now();
  let index = 0;
  const caller = async () => {
    while (index < count) await call(index++);
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const ms = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    JSON.stringify({
      name,
      callers,
      perSecond: Math.round((count / ms) * 1000),
      ownMicrosPerCall: Math.round((user + system) / count),
      serverMicrosPerCall: Math.round(((serverSeconds() - server) * 1e6) / count),
    }),
  );
}

const record = (key?: string): RunRecord => {
  const accepted = acceptedEvent(teamId);
  const ended = endedEvent("done");
  const idempotency = key === undefined ? {} : { idempotency: { scope: "e", key } };
  return { start: { accepted, ...idempotency }, events: [accepted, ended], outcome: ended.outcome };
};

const recorder = createBatcher<RunRecord, RecordOutcome>(runs.edge.recordRuns, batch);
const accepter = createBatcher<RunStart, AcceptOutcome>(runs.data.acceptRuns, batch);
const claimer = createBatcher<ClaimRequest, ClaimOutcome>(runs.compute.claimRuns, batch);
const committer = createBatcher<RunCommit, CommitOutcome>(async (commits) => {
  const outcomes = await runs.compute.commitRuns(commits);
  return commits.map(({ runId }) => outcomes.get(runId) ?? { kind: "fenced" });
}, batch);

await measure("warm up", 2_000, () => recorder.add(record()));
for (let round = 0; round < 3; round++) {
  await measure("record", 20_000, () => recorder.add(record()));
  await measure("record with a key", 10_000, () => recorder.add(record(newId())));
  const started: string[] = [];
  await measure("accept", 10_000, async () => {
    const accepted = acceptedEvent(teamId);
    started.push(accepted.runId);
    await accepter.add({ accepted });
  });
  const startMs = performance.now();
  let taken = 0;
  for (let size = -1; size !== 0; taken += size) {
    const dispatches = await runs.system.takeDispatches(256);
    await runs.system.markDispatched(dispatches);
    size = dispatches.length;
  }
  console.log(JSON.stringify({ name: "relay", perSecond: Math.round((taken / (performance.now() - startMs)) * 1000) }));
  await measure("claim and end", started.length, async (index) => {
    const request = { teamId, runId: started[index] ?? "", dispatchId: newId(), redelivered: false, workerId: "w" };
    const claimed = await claimer.add({ ...request, leaseMs: 9_000 });
    if (claimed.kind !== "claimed") throw new Error(claimed.reason);
    const ended = endedEvent("done");
    const commit = commitOf(claimed, {
      events: [succeededEvent("a"), ended],
      steps: [{ stepKey: "a", generation: 0 }],
      next: { kind: "end", outcome: ended.outcome },
    });
    if ((await committer.add(commit)).kind !== "kept") throw new Error("not kept");
  });
}
await postgres.stop();
rmSync(scratch, { recursive: true, force: true });
process.exit(0);
