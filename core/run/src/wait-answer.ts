import { newId } from "@dap/platform/id";
import type { Sql } from "postgres";
import { type RetryOptions, retrying } from "./failure";
import { tellSql } from "./signal";
import type { AnswerOutcome, WaitAnswer } from "./store";
import { inTeams, query } from "./transaction";

/** $3 is the dispatch, $4 the step key, $5 the kind, $6 the try, $7 the signal. The answer is written before the run is locked. */
const answerText = `
with won as (
  insert into wait_answer (team_id, run_id, step_key, kind, token)
  select team_id, id, $4::text, $5::text, $6::text::uuid from run
  where team_id = $1::text::uuid and id = $2::text::uuid and ended_at is null
  on conflict do nothing
  returning run_id
), told as (${tellSql("exists (select 1 from won)")}
), kept as (
  insert into signal (team_id, run_id, signal_seq, body) select team_id, id, signal_seq, $7::text from told
  returning run_id
)
select (select count(*) from won)::int as won, (select count(*) from kept)::int as kept`;

const standsText = `
select r.ended_at is not null as ended, a.kind, a.token
from run r left join wait_answer a on a.team_id = r.team_id and a.run_id = r.id and a.step_key = $3::text
where r.team_id = $1::text::uuid and r.id = $2::text::uuid`;

/** Takes back the answer of a run that ended between its two halves. */
class EndedMeanwhile extends Error {}

const kinds = { eventReceived: "event" } as const;

/** See `RunStore.answerWait`. */
export async function answerWait(
  sql: Sql,
  teamId: string,
  runId: string,
  answer: WaitAnswer,
  retry: RetryOptions,
): Promise<AnswerOutcome> {
  const token = newId();
  const { stepKey, kind } = answer;
  const values = [teamId, runId, newId(), stepKey, kinds[kind], token, JSON.stringify(answer)];
  try {
    return await retrying(retry, () =>
      inTeams(sql, [teamId], { text: answerText, values }, async ([row], tx) => {
        if (row?.kept === 1) return "answered";
        if (row?.won === 1) throw new EndedMeanwhile();
        const [stands] = await query(tx, { text: standsText, values: [teamId, runId, stepKey] });
        if (stands === undefined) return "missing";
        if (stands.token === token) return "answered";
        if (stands.kind === "expiry") return "expired";
        return stands.kind === null || stands.ended === true ? "ended" : "taken";
      }),
    );
  } catch (error) {
    if (error instanceof EndedMeanwhile) return "ended";
    throw error;
  }
}
