-- Waits that somebody else ends: a call of their resume URL, or their timer. Whoever writes the row first has ended the
-- wait; a wait is one step at one place of its loops. A call may come before the run reaches the wait. No token is kept:
-- tokens are computed from the run, the step key and a key of the installation.
create table wait_answer (
  team_id uuid not null,
  run_id uuid not null,
  step_key text not null,
  kind text not null check (kind in ('event', 'approval', 'expiry')),
  -- Of the try that wrote it, by which an unknown COMMIT is read back.
  token uuid not null,
  at timestamptz not null default clock_timestamp(),
  primary key (team_id, run_id, step_key)
);

alter table wait_answer enable row level security;
alter table wait_answer force row level security;
-- In a sub-select the setting is read once a statement instead of once a row.
create policy team on wait_answer
  using (team_id = any ((select nullif(current_setting('app.teams', true), '')::uuid[])::uuid[]))
  with check (team_id = any ((select nullif(current_setting('app.teams', true), '')::uuid[])::uuid[]));
create policy maintain on wait_answer to dap_data_system using (true) with check (true);
grant select, insert on wait_answer to dap_data, dap_data_system;

alter table timer drop constraint timer_purpose_check;
alter table timer add constraint timer_purpose_check
  check (purpose in ('retry', 'wait', 'timeout', 'deadline', 'expiry'));
