/**
 * A worker as a process of its own, to be killed. Its steps report each call to the test and take some time; what makes
 * it a mutant stands here and not in the product. Prints its worker id when it takes runs.
 */
import { readComputeConfig, start } from "@dap/compute";
import { testCatalogue } from "@dap/compute/test-world";
import type { Sql } from "@dap/platform/postgres";
import type { RunCommit, RunStore } from "@dap/run";

const counterUrl = process.env.COUNTER_URL ?? "";
const stepMs = Number(process.env.STEP_MS ?? 40);

/** Every commit names the epoch and the number that the row has now, whoever owns it. */
const withoutFence = (store: RunStore, sql: Sql): RunStore => ({
  ...store,
  commitRuns: async (commits) => {
    const forged = await Promise.all(commits.map((commit) => forge(sql, commit)));
    return store.commitRuns(forged);
  },
  // Nor does it hear that a run is no longer its own.
  renewLeases: async (_workerId, runs) => new Set(runs.map(({ runId }) => runId)),
});

async function forge(sql: Sql, commit: RunCommit): Promise<RunCommit> {
  const [, [row]] = await sql.begin((tx) => [
    tx`select set_config('app.teams', ${`{${commit.teamId}}`}, true)`,
    tx<{ epoch: number; last_seq: number }[]>`select epoch, last_seq from run where id = ${commit.runId}`,
  ]);
  return row === undefined ? commit : { ...commit, epoch: row.epoch, afterSeq: row.last_seq };
}

const worker = await start(readComputeConfig(process.env), {
  publish: () => {},
  steps: {
    catalogue: testCatalogue,
    performStep: async ({ idempotencyKey, use }) => {
      await fetch(counterUrl, { method: "POST", body: JSON.stringify({ key: idempotencyKey, use }) });
      await Bun.sleep(stepMs * (0.5 + Math.random()));
      return { kind: "succeeded", output: idempotencyKey };
    },
  },
  ...(process.env.MUTANT === "no-fence" && { wrapStore: withoutFence }),
});
console.log(worker.workerId);
process.on("SIGTERM", () => void worker.stop().then(() => process.exit(0)));
