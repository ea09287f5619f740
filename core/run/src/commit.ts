import type { Sql, TransactionSql } from "postgres";
import { readSignals } from "./claim";
import { joinJson, joinTexts, plainArray, textsFrom } from "./column";
import { failureKind, type RetryOptions, retrying } from "./failure";
import type { CommitOutcome, RunCommit } from "./store";
import { inTeams, query, type Row, type Statement } from "./transaction";

/**
 * The one statement that lets a run go on. `fit` is the fence: rows that still stand where the owner left them, locked in
 * id order. Everything else joins the rows that the update returned, so a fenced run writes nothing. $1-$13 are the
 * commits, then steps ($14-$16) and timers ($17-$21).
 */
const commitText = `
with asked as materialized (
  select * from unnest($1::text::uuid[], $2::text::uuid[], $3::text::int[], $4::text::uuid[], $5::text::int[],
    $6::text::int[], $7::text::int[], $8::text::text[], $9::text::text[], $10::text::float8[], ${textsFrom("$11")},
    ${textsFrom("$12")}, $13::text::boolean[]) as a (team_id, run_id, epoch, token, after_seq, last_seq, folded, next,
    status, ended_ms, outcome, events, progress)
), fit as (
  select a.*, r.folded_signal_seq as folded_before
  from asked a join run r on r.team_id = a.team_id and r.id = a.run_id
  where r.epoch = a.epoch and r.last_seq = a.after_seq and r.ended_at is null
  order by r.id for update of r
), kept as (
  update run r set
    last_seq = f.last_seq,
    commit_token = f.token,
    folded_signal_seq = greatest(r.folded_signal_seq, f.folded),
    claims = case when f.progress then 0 else r.claims end,
    starts = case when f.progress then 0 else r.starts end,
    status = case when f.next = 'release' and r.signal_seq > f.folded and f.status = 'waiting' then r.status
      else f.status end,
    active = f.next = 'hold' or (f.next = 'release' and r.signal_seq > f.folded),
    worker_id = case when f.next = 'hold' or (f.next = 'release' and r.signal_seq > f.folded) then r.worker_id end,
    lease_until = case when f.next = 'hold' or (f.next = 'release' and r.signal_seq > f.folded) then r.lease_until end,
    dispatch_id = case when f.next = 'hold' or (f.next = 'release' and r.signal_seq > f.folded) then r.dispatch_id end,
    dispatch_due_at = case when f.next = 'hold' or (f.next = 'release' and r.signal_seq > f.folded)
      then r.dispatch_due_at end,
    ended_at = case when f.next = 'end' then to_timestamp(f.ended_ms / 1000) end,
    outcome = case when f.next = 'end' then f.outcome end
  from fit f
  where r.team_id = f.team_id and r.id = f.run_id
  returning r.team_id, r.id, r.signal_seq, r.folded_signal_seq, f.folded_before, f.after_seq, f.last_seq, f.events, f.next
), paged as (
  insert into run_event (team_id, run_id, seq_first, seq_last, events)
  select team_id, id, after_seq + 1, last_seq, events from kept where last_seq > after_seq
), stepped as (
  insert into step_commit (team_id, run_id, step_key, generation, epoch, seq_last)
  select k.team_id, k.id, s.step_key, s.generation, a.epoch, k.last_seq
  from unnest($14::text::uuid[], ${textsFrom("$15")}, $16::text::int[]) as s (run_id, step_key, generation)
  join kept k on k.id = s.run_id join asked a on a.run_id = k.id
), timed as (
  insert into timer (team_id, run_id, step_key, purpose, attempt, due_at)
  select k.team_id, k.id, t.step_key, t.purpose, t.attempt, to_timestamp(t.due_ms / 1000)
  from unnest($17::text::uuid[], ${textsFrom("$18")}, $19::text::text[], $20::text::int[], $21::text::float8[])
    as t (run_id, step_key, purpose, attempt, due_ms)
  join kept k on k.id = t.run_id
  on conflict do nothing
), told as (
  delete from signal s using kept k
  where s.team_id = k.team_id and s.run_id = k.id and k.signal_seq > k.folded_before
    and (s.signal_seq <= k.folded_signal_seq or k.next = 'end')
)
select team_id, id, signal_seq, folded_signal_seq, next from kept`;

/** See `RunStore.commitRuns`. */
export async function commitRuns(
  sql: Sql,
  commits: readonly RunCommit[],
  retry: RetryOptions,
): Promise<ReadonlyMap<string, CommitOutcome>> {
  if (new Set(commits.map(({ runId }) => runId)).size < commits.length) {
    throw new Error("A batch holds at most one commit per run");
  }
  try {
    return commits.length === 0 ? new Map() : await retrying(retry, () => commitOnce(sql, commits));
  } catch (error) {
    if (failureKind(error) !== "data") throw error;
    return findUnstorable(sql, commits, retry, error);
  }
}

/** Nothing was written: halves go on by themselves, until what cannot be stored stands alone. */
async function findUnstorable(
  sql: Sql,
  commits: readonly RunCommit[],
  retry: RetryOptions,
  error: unknown,
): Promise<ReadonlyMap<string, CommitOutcome>> {
  const [only] = commits;
  if (only !== undefined && commits.length === 1) {
    return new Map([[only.runId, { kind: "unstorable", message: error instanceof Error ? error.message : "" }]]);
  }
  const middle = Math.ceil(commits.length / 2);
  const left = await commitRuns(sql, commits.slice(0, middle), retry);
  const right = await commitRuns(sql, commits.slice(middle), retry);
  return new Map([...left, ...right]);
}

function commitOnce(sql: Sql, commits: readonly RunCommit[]): Promise<ReadonlyMap<string, CommitOutcome>> {
  const teams = commits.map(({ teamId }) => teamId);
  return inTeams(sql, teams, { text: commitText, values: commitValues(commits) }, async (rows, tx) => {
    const kept = new Map(rows.map((row) => [row.id as string, row]));
    const lost = commits.filter(({ runId }) => !kept.has(runId));
    const repeated = lost.length === 0 ? [] : await findRepeated(tx, lost);
    const written = [...rows, ...repeated];
    const signals = await readSignals(
      tx,
      written.filter(({ next }) => next !== "end"),
    );
    const keptIds = new Set(written.map(({ id }) => id));
    return new Map(
      commits.map(({ runId }): [string, CommitOutcome] => {
        if (!keptIds.has(runId)) return [runId, { kind: "fenced" }];
        const told = signals.get(runId);
        return [runId, told === undefined ? { kind: "kept" } : { kind: "signalled", signals: told }];
      }),
    );
  });
}

const commitValues = (commits: readonly RunCommit[]): string[] => [
  plainArray(commits, (commit) => commit.teamId),
  plainArray(commits, (commit) => commit.runId),
  plainArray(commits, (commit) => commit.epoch),
  plainArray(commits, (commit) => commit.commitToken),
  plainArray(commits, (commit) => commit.afterSeq),
  plainArray(commits, (commit) => commit.afterSeq + commit.events.length),
  plainArray(commits, (commit) => commit.foldedSignalSeq),
  plainArray(commits, ({ next }) => next.kind),
  plainArray(commits, ({ next }) => (next.kind === "end" ? next.outcome.status : next.status)),
  plainArray(commits, endedAtMs),
  joinJson(commits, ({ next }) => JSON.stringify(next.kind === "end" ? next.outcome : null)),
  joinJson(commits, ({ events }) => JSON.stringify(events)),
  plainArray(commits, isProgress),
  ...stepValues(commits),
  ...timerValues(commits),
];

/** That an effect starts proves nothing: it may be what kills the worker. */
const isProgress = ({ next, events }: RunCommit): boolean =>
  next.kind !== "hold" || events.some(({ kind }) => kind !== "stepStarted");

function endedAtMs({ next, events }: RunCommit): number | undefined {
  if (next.kind !== "end") return undefined;
  const last = events.at(-1);
  return last?.kind === "ended" ? last.atMs : Date.now();
}

function stepValues(commits: readonly RunCommit[]): string[] {
  const steps = commits.flatMap(({ runId, steps }) => steps.map((step) => ({ runId, ...step })));
  return [
    plainArray(steps, (step) => step.runId),
    joinTexts(steps, (step) => step.stepKey),
    plainArray(steps, (step) => step.generation),
  ];
}

function timerValues(commits: readonly RunCommit[]): string[] {
  const timers = commits.flatMap(({ runId, timers }) => timers.map((timer) => ({ runId, ...timer })));
  return [
    plainArray(timers, (timer) => timer.runId),
    joinTexts(timers, (timer) => timer.stepKey),
    plainArray(timers, (timer) => timer.purpose),
    plainArray(timers, (timer) => timer.attempt),
    plainArray(timers, (timer) => timer.dueAtMs),
  ];
}

const repeatedText = `
select r.team_id, r.id, r.signal_seq, r.folded_signal_seq,
  case when r.epoch = a.epoch and r.lease_until is not null then 'hold' else 'end' end as next
from unnest($1::text::uuid[], $2::text::uuid[], $3::text::int[], $4::text::uuid[]) as a (team_id, run_id, epoch, token)
join run r on r.team_id = a.team_id and r.id = a.run_id and r.commit_token = a.token`;

/**
 * Commits that are there already: an earlier try of this very call was written and its answer was lost. The token tells.
 * An owner that went on since cannot be taken for us, because it wrote its own token.
 */
const findRepeated = (tx: TransactionSql, lost: readonly RunCommit[]): Promise<readonly Row[]> => {
  const statement: Statement = {
    text: repeatedText,
    values: [
      plainArray(lost, ({ teamId }) => teamId),
      plainArray(lost, ({ runId }) => runId),
      plainArray(lost, ({ epoch }) => epoch),
      plainArray(lost, ({ commitToken }) => commitToken),
    ],
  };
  return query(tx, statement);
};
