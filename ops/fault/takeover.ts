import { sleep } from "@dap/platform/clock";
import type { Sql } from "@dap/platform/postgres";

/** Measures, for each run that a killed worker held, how long it lies until somebody else has claimed it. */
export function createTakeoverWatch(sql: Sql) {
  const watching: Promise<readonly number[]>[] = [];
  let hurting = 0;
  return {
    watch: (workerId: string) => void watching.push(followRuns(sql, workerId, () => hurting++)),
    /** How many of the killed held a run. */
    hurting: () => hurting,
    /** Milliseconds, one for each run that was held. */
    times: async (): Promise<readonly number[]> => (await Promise.all(watching)).flat(),
  };
}

async function followRuns(sql: Sql, workerId: string, onHurt: () => void): Promise<number[]> {
  const killedMs = performance.now();
  const held = await sql<{ id: string; epoch: number }[]>`
    select id, epoch from run where worker_id = ${workerId} and ended_at is null`;
  const open = new Map(held.map(({ id, epoch }) => [id, epoch]));
  const times: number[] = [];
  if (open.size > 0) onHurt();
  for (const endMs = killedMs + 30_000; open.size > 0 && performance.now() < endMs; await sleep(10)) {
    const rows = await sql<{ id: string; epoch: number; ended: boolean }[]>`
      select id, epoch, ended_at is not null as ended from run where id = any (${[...open.keys()]})`;
    for (const { id, epoch, ended } of rows) {
      if (!ended && epoch === open.get(id)) continue;
      open.delete(id);
      times.push(performance.now() - killedMs);
    }
  }
  return [...times, ...[...open].map(() => Number.POSITIVE_INFINITY)];
}
