-- Runs: what was accepted, what happened, and who may go on with it.
--
-- One row per run carries its whole progress (owner's epoch and lease, outbox of its doorbell, numbers of events and
-- signals), so that one conditional update is the fence for everything else that is written with it. Payloads are the
-- canonical JSON text that the engine read, never jsonb, which reorders keys and rewrites numbers. The statements on
-- these tables stand in core/run and nowhere else.

create table run (
  team_id uuid not null,
  -- UUIDv7: ranges of ids are ranges of time, and the newest first is the order of ids.
  id uuid not null,
  workflow_id uuid not null,
  workflow_name text not null,
  version integer not null,
  trigger_kind text not null,
  status text not null check (status in
    ('queued', 'running', 'waiting', 'cancelling', 'succeeded', 'failed', 'cancelled', 'diverged')),
  -- Whether somebody should be working on it: neither waiting nor ended. What the sweeper looks through.
  active boolean not null,
  -- Rises with each claim. A commit names the epoch it was made under; that is the fence.
  epoch integer not null default 0,
  last_seq integer not null,
  signal_seq integer not null default 0,
  folded_signal_seq integer not null default 0,
  -- Claims since the last committed progress, and started attempts while the run was under suspicion of killing workers.
  claims integer not null default 0,
  starts integer not null default 0,
  worker_id text,
  lease_until timestamptz,
  -- Of the last commit, by which an unknown COMMIT is read back.
  commit_token uuid,
  -- The outbox. Null: nothing to do for a worker. Due: to be published; taken by a relay: no longer due; sent: confirmed.
  dispatch_id uuid,
  dispatch_due_at timestamptz,
  dispatch_taken_at timestamptz,
  dispatch_sent_at timestamptz,
  dispatch_tries integer not null default 0,
  retry_of uuid,
  created_at timestamptz not null,
  ended_at timestamptz,
  -- JSON of the outcome; null also for a run recorded whole, whose outcome is the last event of `opening`.
  outcome text,
  -- JSON list of the events written with the row: the first one, or the whole history of a run recorded whole.
  opening text not null,
  opening_count integer not null check (opening_count > 0),
  primary key (team_id, id),
  check ((ended_at is not null) = (status in ('succeeded', 'failed', 'cancelled', 'diverged'))),
  check (not active or status in ('queued', 'running', 'cancelling', 'waiting'))
) partition by range (id);

create index run_of_workflow on run (team_id, workflow_id, id desc);
-- The three below change only when a run starts or stops waiting for somebody, so that most updates stay in their page.
create index run_due on run (dispatch_due_at) where dispatch_due_at is not null;
create index run_active on run (id) where active;

-- What happened, in pages of consecutive events as they were committed together. Never changed.
create table run_event (
  team_id uuid not null,
  run_id uuid not null,
  seq_first integer not null,
  seq_last integer not null,
  -- JSON list of the events seq_first to seq_last.
  events text not null,
  committed_at timestamptz not null default clock_timestamp(),
  primary key (team_id, run_id, seq_first),
  check (seq_last >= seq_first)
) partition by range (run_id);

-- The ledger that lets a step's result be recorded once.
create table step_commit (
  team_id uuid not null,
  run_id uuid not null,
  step_key text not null,
  generation integer not null,
  epoch integer not null,
  -- Number of the last event of the commit that brought the result.
  seq_last integer not null,
  primary key (team_id, run_id, step_key, generation)
) partition by range (run_id);

-- What the clock owes to runs. A row goes when it fires, and becomes a signal.
create table timer (
  team_id uuid not null,
  run_id uuid not null,
  step_key text not null,
  purpose text not null check (purpose in ('retry', 'wait', 'timeout', 'deadline')),
  attempt integer not null,
  due_at timestamptz not null,
  primary key (team_id, run_id, step_key, purpose, attempt)
);
create index timer_due on timer (due_at);

-- What outsiders told a run, until its owner has turned it into an event.
create table signal (
  team_id uuid not null,
  run_id uuid not null,
  signal_seq integer not null,
  at timestamptz not null default clock_timestamp(),
  -- JSON of the signal.
  body text not null,
  primary key (team_id, run_id, signal_seq)
);

-- Which run a caller's key stands for. Not partitioned: a key stays one key when the month changes.
create table idempotency (
  team_id uuid not null,
  scope text not null,
  key text not null,
  run_id uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (team_id, scope, key)
);
create index idempotency_age on idempotency (created_at);

-- The smallest UUIDv7 of an instant.
create function run_id_from(instant timestamptz) returns uuid language sql immutable
  return (rpad(lpad(to_hex((extract(epoch from instant) * 1000)::bigint), 12, '0'), 32, '0'))::uuid;

-- Makes the partitions of a month and the months after it, as far as they are missing; gives how many were made. Runs
-- with the owner's rights, so that the role which calls it every day need not own tables. A month whose rows already lie
-- in the default partition stays there.
create function ensure_run_partitions(first_month timestamptz, months integer) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  made integer := 0;
  from_at timestamptz;
  name text;
  parent text;
begin
  perform pg_advisory_xact_lock(hashtext('ensure_run_partitions'));
  for month in 0 .. least(months, 120) - 1 loop
    from_at := (date_trunc('month', first_month at time zone 'UTC') + make_interval(months => month)) at time zone 'UTC';
    foreach parent in array array['run', 'run_event', 'step_commit'] loop
      name := parent || to_char(from_at at time zone 'UTC', '_YYYY_MM');
      continue when to_regclass(format('public.%I', name)) is not null;
      begin
        execute format(
          'create table public.%I partition of public.%I for values from (%L) to (%L) with (fillfactor = %s)',
          name, parent, public.run_id_from(from_at),
          public.run_id_from(((from_at at time zone 'UTC') + interval '1 month') at time zone 'UTC'),
          case parent when 'run' then 75 else 100 end
        );
        made := made + 1;
      exception when check_violation then
        raise warning '% already has rows in the default partition', name;
      end;
    end loop;
  end loop;
  return made;
end $$;
revoke all on function ensure_run_partitions(timestamptz, integer) from public;

create table run_default partition of run default with (fillfactor = 75);
create table run_event_default partition of run_event default;
create table step_commit_default partition of step_commit default;
select ensure_run_partitions(now(), 3);

-- The end is written once. What else an ended run may not do is change at all.
create function refuse_change_of_ended_run() returns trigger language plpgsql as $$
begin
  raise exception 'run % has ended as % and never changes', old.id, old.status
    using errcode = 'integrity_constraint_violation', constraint = 'run_terminal';
end $$;
create trigger run_terminal before update on run
  for each row when (old.ended_at is not null) execute function refuse_change_of_ended_run();

do $$
declare
  team_table text;
begin
  foreach team_table in array array['run', 'run_event', 'step_commit', 'timer', 'signal', 'idempotency'] loop
    execute format('alter table %I enable row level security', team_table);
    execute format('alter table %I force row level security', team_table);
    -- In a sub-select the setting is read once a statement instead of once a row.
    execute format(
      'create policy team on %I
         using (team_id = any ((select nullif(current_setting(''app.teams'', true), '''')::uuid[])::uuid[]))
         with check (team_id = any ((select nullif(current_setting(''app.teams'', true), '''')::uuid[])::uuid[]))',
      team_table
    );
  end loop;
end $$;

-- What crosses teams: relay, sweeper and timers.
create policy maintain on run to dap_data_system using (true) with check (true);
create policy maintain on timer to dap_data_system using (true) with check (true);
create policy maintain on signal to dap_data_system using (true) with check (true);

-- Nobody may update or delete an event, a step's ledger line, or what a run began with.
grant select, insert on run, run_event, step_commit, idempotency to dap_data;
grant select, insert, delete on timer, signal to dap_data;
grant update (signal_seq, active, dispatch_id, dispatch_due_at, dispatch_taken_at, dispatch_sent_at, dispatch_tries)
  on run to dap_data;

grant select, insert on run, idempotency to dap_edge;
grant insert on timer to dap_edge;

grant select, insert on run_event, step_commit to dap_compute;
grant select on run to dap_compute;
grant update (status, active, epoch, last_seq, folded_signal_seq, claims, starts, worker_id, lease_until, commit_token,
  dispatch_id, dispatch_due_at, dispatch_taken_at, dispatch_sent_at, dispatch_tries, ended_at, outcome)
  on run to dap_compute;
grant select, insert, delete on timer, signal to dap_compute;

grant select (team_id, id, status, active, epoch, signal_seq, worker_id, lease_until, dispatch_id, dispatch_due_at,
  dispatch_taken_at, dispatch_sent_at, dispatch_tries, created_at, ended_at) on run to dap_data_system;
grant update (active, signal_seq, worker_id, lease_until, dispatch_id, dispatch_due_at, dispatch_taken_at,
  dispatch_sent_at, dispatch_tries) on run to dap_data_system;
-- Locking rows that others skip asks for the right to update.
grant select, delete, update (due_at) on timer to dap_data_system;
grant insert on signal to dap_data_system;
grant execute on function ensure_run_partitions(timestamptz, integer) to dap_data_system;
