-- Schedules: at most one per workflow, that of its active version, and the ticks that were fired.
--
-- A row is the rule; `next_at` is the one instant that was computed from it. Publishing, pausing, rolling back and
-- deleting change the row in their own transaction. Whoever fires a tick holds the row, and commits the tick, its run and
-- the next instant together.

create table schedule (
  team_id uuid not null,
  workflow_id uuid not null,
  version integer not null,
  -- What a run needs of the version, so that firing reads no document.
  name text not null,
  cron text,
  every_ms bigint,
  zone text not null,
  -- JSON of the policy.
  catch_up text not null,
  jitter_ms integer not null check (jitter_ms >= 0),
  -- JSON text of the constant that is the trigger's body.
  input text not null,
  deadline_ms bigint,
  paused boolean not null,
  -- The first nominal tick that was not dealt with; null while paused, and when the rule never comes again.
  next_at timestamptz,
  -- When it is fired: the jitter later.
  due_at timestamptz,
  -- When next_at was computed. Lying ahead of the clock, it tells that the clock was set back.
  armed_at timestamptz not null default clock_timestamp(),
  primary key (team_id, workflow_id),
  foreign key (team_id, workflow_id, version) references workflow_version (team_id, workflow_id, version),
  check ((cron is null) <> (every_ms is null)),
  check ((next_at is null) = (due_at is null)),
  check (not paused or next_at is null)
);
create index schedule_due on schedule (due_at) where due_at is not null;
create index schedule_armed on schedule (armed_at) where due_at is not null;

-- A nominal tick is fired once, whoever looks, whatever the clock does, and over all versions of the workflow.
create table schedule_tick (
  team_id uuid not null,
  workflow_id uuid not null,
  nominal_at timestamptz not null,
  run_id uuid not null,
  primary key (team_id, workflow_id, nominal_at)
);
create index schedule_tick_age on schedule_tick (nominal_at);

do $$
declare
  team_table text;
begin
  foreach team_table in array array['schedule', 'schedule_tick'] loop
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

-- Across teams one may learn that something is due, and forget old ticks; firing is done in the teams' names.
create policy maintain on schedule for select to dap_data_system using (true);
create policy maintain on schedule_tick to dap_data_system using (true) with check (true);

grant select, insert, update, delete on schedule to dap_data;
grant select, insert on schedule_tick to dap_data;
grant select (team_id, workflow_id, due_at, armed_at) on schedule to dap_data_system;
grant select (nominal_at), delete on schedule_tick to dap_data_system;
