import { newId } from "@dap/platform/id";
import type { Sql, TransactionSql } from "postgres";
import { type RetryOptions, retrying } from "./failure";
import { tellSql } from "./signal";
import type { AnswerOutcome, ApprovalDecision, OpenApproval } from "./store";
import { inTeams, query } from "./transaction";

/** Those who answer one approval come one after the other, so that each sees how many have approved before. */
const lockText = "select pg_advisory_xact_lock(hashtextextended($1::text, 0))";

const standsText = `
select r.ended_at is not null as ended, a.kind,
  exists (select 1 from timer t where t.team_id = r.team_id and t.run_id = r.id and t.step_key = $3::text
    and t.purpose = 'approval') as open,
  exists (select 1 from approval_decision d where d.team_id = r.team_id and d.run_id = r.id
    and d.step_key = $3::text and d.by_id = $4::text) as repeated,
  (select count(*) from approval_decision d where d.team_id = r.team_id and d.run_id = r.id
    and d.step_key = $3::text and d.decision = 'approve')::int as approved
from run r left join wait_answer a on a.team_id = r.team_id and a.run_id = r.id and a.step_key = $3::text
where r.team_id = $1::text::uuid and r.id = $2::text::uuid`;

/** $3 is the dispatch, $4 the step key, $5 who, $6 what, $7 the try, $8 the signal, $9 whether it decides. As in `wait-answer.ts`, the answer is written first. */
const decideText = `
with won as (
  insert into wait_answer (team_id, run_id, step_key, kind, token)
  select $1::text::uuid, $2::text::uuid, $4::text, 'approval', $7::text::uuid where $9::text::boolean
  on conflict do nothing
  returning run_id
), noted as (
  insert into approval_decision (team_id, run_id, step_key, by_id, decision)
  select $1::text::uuid, $2::text::uuid, $4::text, $5::text, $6::text
), told as (${tellSql("(not $9::text::boolean or exists (select 1 from won))")}
)
insert into signal (team_id, run_id, signal_seq, body) select team_id, id, signal_seq, $8::text from told
returning run_id`;

/** Takes everything back: the deadline or the run's end was first. */
class TooLate extends Error {}

/** See `RunStore.decideApproval`. Told again after an unknown COMMIT, an answer is `repeated`. */
export async function decideApproval(
  sql: Sql,
  teamId: string,
  runId: string,
  decision: ApprovalDecision,
  needed: number,
  retry: RetryOptions,
): Promise<AnswerOutcome | "repeated"> {
  const lock = { text: lockText, values: [`approval ${runId} ${decision.stepKey}`] };
  try {
    return await retrying(retry, (mayBeWritten) =>
      inTeams(sql, [teamId], lock, async (_rows, tx) => {
        const outcome = await decide(tx, teamId, runId, decision, needed);
        return outcome === "repeated" && mayBeWritten ? "answered" : outcome;
      }),
    );
  } catch (error) {
    if (error instanceof TooLate) return "expired";
    throw error;
  }
}

async function decide(
  tx: TransactionSql,
  teamId: string,
  runId: string,
  decision: ApprovalDecision,
  needed: number,
): Promise<AnswerOutcome | "repeated"> {
  const { stepKey, byId } = decision;
  const [stands] = await query(tx, { text: standsText, values: [teamId, runId, stepKey, byId] });
  if (stands === undefined) return "missing";
  if (stands.repeated === true) return "repeated";
  if (stands.kind === "expiry") return "expired";
  if (stands.kind !== null) return "taken";
  if (stands.ended === true) return "ended";
  if (stands.open !== true) return "missing";
  const decides = decision.decision === "reject" || (stands.approved as number) + 1 >= needed;
  const text = JSON.stringify(decision);
  const values = [teamId, runId, newId(), stepKey, byId, decision.decision, newId(), text, String(decides)];
  const told = await query(tx, { text: decideText, values });
  if (told.length === 0) throw new TooLate();
  return "answered";
}

const listText = `
select t.run_id, t.step_key, (extract(epoch from t.due_at) * 1000)::float8 as due_ms
from timer t join run r on r.team_id = t.team_id and r.id = t.run_id and r.ended_at is null
where t.team_id = $1::text::uuid and t.purpose = 'approval'
  and ($2::text is null or (t.run_id, t.step_key) > ($2::text::uuid, $3::text))
  and not exists (select 1 from wait_answer a
    where a.team_id = t.team_id and a.run_id = t.run_id and a.step_key = t.step_key)
order by t.run_id, t.step_key limit $4::text::int`;

/** See `RunStore.listApprovals`. */
export const listApprovals = (
  sql: Sql,
  teamId: string,
  after: { readonly runId: string; readonly stepKey: string } | undefined,
  limit: number,
): Promise<readonly OpenApproval[]> => {
  const values = [teamId, after?.runId ?? null, after?.stepKey ?? null, String(limit)];
  return inTeams(sql, [teamId], { text: listText, values }, (rows) =>
    rows.map((row) => ({
      runId: row.run_id as string,
      stepKey: row.step_key as string,
      dueAtMs: Math.round(row.due_ms as number),
    })),
  );
};
