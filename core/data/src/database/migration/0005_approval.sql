-- Who answered which approval. One answer a person; the answer that decides, or the deadline, writes `wait_answer` too.
create table approval_decision (
  team_id uuid not null,
  run_id uuid not null,
  step_key text not null,
  -- Account or API key.
  by_id text not null,
  decision text not null check (decision in ('approve', 'reject')),
  at timestamptz not null default clock_timestamp(),
  primary key (team_id, run_id, step_key, by_id)
);

alter table approval_decision enable row level security;
alter table approval_decision force row level security;
-- In a sub-select the setting is read once a statement instead of once a row.
create policy team on approval_decision
  using (team_id = any ((select nullif(current_setting('app.teams', true), '')::uuid[])::uuid[]))
  with check (team_id = any ((select nullif(current_setting('app.teams', true), '')::uuid[])::uuid[]));
grant select, insert on approval_decision to dap_data;

alter table timer drop constraint timer_purpose_check;
alter table timer add constraint timer_purpose_check
  check (purpose in ('retry', 'wait', 'timeout', 'deadline', 'expiry', 'approval'));
create index timer_approval on timer (team_id, run_id, step_key) where purpose = 'approval';
