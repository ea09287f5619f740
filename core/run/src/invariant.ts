import type { RunEvent, RunOutcome } from "@dap/contract";
import { foldRun, outcomeOf, type Plan } from "@dap/engine";
import type { Sql } from "postgres";
import { readOutcome } from "./row";
import type { Row } from "./transaction";

/** One thing that must never be. `invariant` is I1 to I8 of ARCHITECTURE.md. */
export type Violation = { readonly invariant: string; readonly runId: string; readonly message: string };

export type InvariantOptions = {
  /** Makes I4 and I5 fold every history by its version's plan; without it only the numbering is checked. */
  readonly planOf?: (teamId: string, workflowId: string, version: number) => Promise<Plan | undefined>;
  /** Keys under which the outside world was called, where a test counts them, by `<runId>:<stepKey>` (I7). */
  readonly externalKeys?: ReadonlyMap<string, ReadonlySet<string>>;
  /** How long something may lie before the sweeper picks it up (I2). 10 seconds by default. */
  readonly graceMs?: number;
};

/**
 * Checks I1-I8 over all runs. `adminSql` must pass row-level security (a superuser, in tests and in the hourly check).
 * Reads in pages; meant for the end of a test and for quiet hours.
 */
export async function checkInvariants(adminSql: Sql, options: InvariantOptions = {}): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  for (const { invariant, message, text } of rules(options.graceMs ?? 10_000)) {
    const rows = await adminSql.unsafe(text);
    violations.push(...rows.map((row) => ({ invariant, runId: String(row.run_id), message })));
  }
  for await (const run of readRuns(adminSql)) violations.push(...(await checkRun(run, options)));
  return violations;
}

/** What one statement can see: each gives the runs that break its rule. */
const rules = (graceMs: number) => [
  {
    invariant: "I1",
    message: "an idempotency key stands for a run that is not there",
    text: `select i.run_id from idempotency i left join run r on r.team_id = i.team_id and r.id = i.run_id
      where r.id is null`,
  },
  {
    invariant: "I1",
    message: "one idempotency key stands for two runs",
    text: `select min(run_id::text) as run_id from idempotency group by team_id, scope, key having count(*) > 1`,
  },
  {
    invariant: "I2",
    message: "the run has not ended, and neither a lease, a dispatch, a timer nor a signal will wake it",
    text: `select r.id as run_id from run r where r.ended_at is null
      and (r.lease_until is null or r.lease_until < clock_timestamp() - ${graceMs} * interval '1 millisecond')
      and (r.dispatch_id is null or (r.dispatch_due_at is null and not r.active))
      and not exists (select from timer t where t.team_id = r.team_id and t.run_id = r.id)`,
  },
  {
    invariant: "I2",
    message: "the run waits although a signal was not folded and no dispatch will bring a worker",
    text: `select r.id as run_id from run r where r.ended_at is null and r.signal_seq > r.folded_signal_seq
      and r.dispatch_id is null`,
  },
  {
    invariant: "I3",
    message: "a step's result was committed twice",
    text: `select run_id from step_commit group by team_id, run_id, step_key, generation having count(*) > 1`,
  },
  ...["run_event", "step_commit", "timer", "signal"].map((table) => ({
    invariant: "I8",
    message: `a row of ${table} belongs to no run of its team`,
    text: `select t.run_id from ${table} t left join run r on r.team_id = t.team_id and r.id = t.run_id
      where r.id is null`,
  })),
];

type History = { readonly row: Row; readonly events: readonly RunEvent[]; readonly gap: boolean };

/** Every run with its history, some hundred at a time. */
async function* readRuns(sql: Sql): AsyncGenerator<History> {
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const rows = await sql.unsafe(
      `select r.id, r.team_id, r.workflow_id, r.version, r.status, r.last_seq, r.outcome, r.opening, r.opening_count,
         extract(epoch from r.ended_at)::float8 as ended_ms,
         (select json_agg(json_build_array(e.seq_first, e.seq_last, e.events) order by e.seq_first)::text
            from run_event e where e.team_id = r.team_id and e.run_id = r.id) as pages
       from run r where r.id > $1 order by r.id limit 500`,
      [after],
    );
    for (const row of rows) yield toHistory(row);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id as string;
  }
}

function toHistory(row: Row): History {
  const events = JSON.parse(row.opening as string) as RunEvent[];
  let gap = events.length !== row.opening_count;
  const pages = JSON.parse((row.pages as string | null) ?? "[]") as [number, number, string][];
  for (const [first, last, text] of pages) {
    gap ||= first !== events.length + 1;
    events.push(...(JSON.parse(text) as RunEvent[]));
    gap ||= last !== events.length;
  }
  return { row, events, gap: gap || events.length !== row.last_seq };
}

async function checkRun(history: History, options: InvariantOptions): Promise<Violation[]> {
  const { row, events } = history;
  const found: Violation[] = [];
  const add = (invariant: string, message: string) => found.push({ invariant, runId: String(row.id), message });
  if (history.gap) add("I5", "the numbers of the events have a gap or an overlap");
  const [first] = events;
  if (first?.kind !== "accepted") add("I1", "the history does not begin with `accepted`");
  else if (first.teamId !== row.team_id || first.runId !== row.id) add("I8", "the history names another run or team");
  checkEnd(history, add);
  for (const stepKey of findRepeatedResults(events)) add("I3", `the step ${stepKey} has two results`);
  await checkFold(history, options, add);
  for (const [place, keys] of options.externalKeys ?? []) {
    if (place.startsWith(`${row.id}:`) && keys.size > 1) add("I7", `${place} was called under ${keys.size} keys`);
  }
  return found;
}

type Add = (invariant: string, message: string) => void;

function checkEnd({ row, events }: History, add: Add): void {
  const ends = events.filter((event) => event.kind === "ended");
  const last = events.at(-1);
  const isEnded = row.ended_ms !== null;
  if (ends.length > 1 || (ends.length === 1 && last?.kind !== "ended")) add("I6", "something happened after the end");
  if (isEnded !== (ends.length === 1)) add("I5", "the row and the history do not agree whether the run has ended");
  const [end] = ends;
  if (isEnded && end !== undefined && !sameOutcome(end.outcome, readOutcome(row), String(row.status))) {
    add("I5", "the row and the history do not agree how the run ended");
  }
}

const sameOutcome = (ended: RunOutcome, stored: RunOutcome | undefined, status: string): boolean =>
  ended.status === status && JSON.stringify(ended) === JSON.stringify(stored);

/** A success is final; so is a failure after which no further attempt was started. */
function findRepeatedResults(events: readonly RunEvent[]): Set<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const event of events) {
    if (event.kind !== "stepSucceeded") continue;
    if (seen.has(event.stepKey)) repeated.add(event.stepKey);
    seen.add(event.stepKey);
  }
  return repeated;
}

async function checkFold({ row, events, gap }: History, { planOf }: InvariantOptions, add: Add): Promise<void> {
  // Whoever accepts a run commits `accepted` alone; what the engine says to it comes with the owner's first commit.
  if (planOf === undefined || gap || row.status === "diverged" || events.length === 1) return;
  const plan = await planOf(row.team_id as string, row.workflow_id as string, row.version as number);
  if (plan === undefined) return add("I8", "the pinned version is not there");
  const folded = foldRun(plan, events);
  if (folded.kind === "diverged") {
    return add(
      "I4",
      `event ${folded.atIndex + 1} is not what the version says: expected ${folded.expected}, found ${folded.found}`,
    );
  }
  const outcome = outcomeOf(folded.state);
  if (outcome !== undefined && outcome.status !== row.status)
    add("I5", "the history folds to another end than the row's");
}
