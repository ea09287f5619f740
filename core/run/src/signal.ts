import { newId } from "@dap/platform/id";
import type { Sql } from "postgres";
import { type RetryOptions, retrying } from "./failure";
import type { Signal } from "./store";
import { inTeams, query } from "./transaction";

/**
 * Parts of a statement that adds a signal to the run $2 of the team $1 and rings with the dispatch $3. A run that is
 * neither held nor already dispatched gets a doorbell; for the others their owner, or the worker that the doorbell finds,
 * sees the number risen.
 */
export const tellSql = (condition: string): string => `
  update run set
    signal_seq = signal_seq + 1,
    active = true,
    dispatch_due_at = case when dispatch_id is null then clock_timestamp() else dispatch_due_at end,
    dispatch_taken_at = case when dispatch_id is null then null else dispatch_taken_at end,
    dispatch_sent_at = case when dispatch_id is null then null else dispatch_sent_at end,
    dispatch_id = coalesce(dispatch_id, $3::text::uuid)
  where team_id = $1::text::uuid and id = $2::text::uuid and ended_at is null and ${condition}
  returning team_id, id, signal_seq`;

const signalText = `
with told as (${tellSql("true")}
)
insert into signal (team_id, run_id, signal_seq, body) select team_id, id, signal_seq, $4::text from told
returning run_id`;

const existsText = "select 1 from run where team_id = $1::text::uuid and id = $2::text::uuid";

/** See `RunStore.signalRun`. Told twice after an unknown COMMIT, the second signal changes nothing in the engine. */
export const signalRun = (
  sql: Sql,
  teamId: string,
  runId: string,
  signal: Signal,
  retry: RetryOptions,
): Promise<"signalled" | "ended" | "missing"> =>
  retrying(retry, () =>
    inTeams(
      sql,
      [teamId],
      { text: signalText, values: [teamId, runId, newId(), JSON.stringify(signal)] },
      async (rows, tx) => {
        if (rows.length > 0) return "signalled";
        const found = await query(tx, { text: existsText, values: [teamId, runId] });
        return found.length > 0 ? "ended" : "missing";
      },
    ),
  );
