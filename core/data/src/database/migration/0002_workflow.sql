-- Workflows, their immutable versions and their endpoints.
--
-- Every row belongs to a team: keys are (team_id, ...), so that no foreign key can point across teams, and row-level
-- security is forced, so that not even the owner of the tables reads another team's rows by accident. The application
-- says for each transaction which teams it speaks for (`app.teams`); without it nothing is visible.

create table workflow (
  team_id uuid not null,
  id uuid not null,
  -- The draft's name, repeated here for lists and search. The document is the truth.
  name text not null,
  folder text not null default '',
  tags text[] not null default '{}',
  -- Canonical JSON text (never jsonb, which reorders keys and rewrites numbers).
  draft text not null,
  draft_version integer not null default 1 check (draft_version > 0),
  draft_problems text not null default '[]',
  -- The version that triggers start; null until the first publish.
  active_version integer check (active_version > 0),
  version_last integer not null default 0 check (version_last >= 0),
  paused boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  deleted_at timestamptz,
  primary key (team_id, id)
);

-- Ids are UUIDv7: newest first is the order of ids.
create index workflow_listed on workflow (team_id, id desc) where deleted_at is null;
create index workflow_tagged on workflow using gin (tags) where deleted_at is null;

-- Published versions count from 1. A test run of draft n is pinned to version -n, which is listed nowhere.
create table workflow_version (
  team_id uuid not null,
  workflow_id uuid not null,
  version integer not null check (version <> 0),
  name text not null,
  trigger_kind text not null,
  document text not null,
  note text not null default '',
  created_by_kind text not null check (created_by_kind in ('account', 'apiKey', 'service')),
  created_by_id text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (team_id, workflow_id, version),
  foreign key (team_id, workflow_id) references workflow (team_id, id)
);

alter table workflow add constraint workflow_active_version
  foreign key (team_id, id, active_version) references workflow_version (team_id, workflow_id, version);

-- The change feed of the edges is this table in the order of change_seq: a changed endpoint takes a new number, so a
-- reader that asks for everything after the last number it saw gets each endpoint's present state once. The number is
-- taken under an advisory lock that is held until commit: numbers become visible in order, and no reader steps over a
-- slow transaction's. Removed endpoints stay as rows, so that every edge hears of it and no id is ever given again.
create sequence endpoint_change;
create table endpoint (
  team_id uuid not null,
  id text not null check (id ~ '^[0-9A-Za-z]{22}$'),
  workflow_id uuid not null,
  change_seq bigint not null unique,
  -- Resting: the active version has no webhook trigger, but a later one may be called here again. Removed: never again.
  state text not null default 'live' check (state in ('live', 'resting', 'removed')),
  created_at timestamptz not null default clock_timestamp(),
  primary key (team_id, id),
  unique (id),
  foreign key (team_id, workflow_id) references workflow (team_id, id)
);
create unique index endpoint_of_workflow on endpoint (team_id, workflow_id) where state <> 'removed';

-- Up to where each edge has the feed in force. Lost in a crash without harm: edges ask again within seconds.
create unlogged table edge_seen (
  edge_id text primary key,
  cursor bigint not null,
  seen_at timestamptz not null default clock_timestamp()
);

-- Teams that have been given their example workflow.
create table team_setup (
  team_id uuid primary key,
  created_at timestamptz not null default clock_timestamp()
);

-- Answers to POST requests that carried an Idempotency-Key, written in the transaction of the act itself.
create table request_key (
  team_id uuid not null,
  -- Who asked and what: two callers, or two routes, may use the same key.
  scope text not null,
  key text not null,
  fingerprint text not null,
  status integer,
  body text,
  headers text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (team_id, scope, key)
);
create index request_key_age on request_key (created_at);

do $$
declare
  team_table text;
begin
  foreach team_table in array array['workflow', 'workflow_version', 'endpoint', 'team_setup', 'request_key'] loop
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

-- What crosses teams: the feed reads published routes, and old request keys are swept away.
create policy feed on workflow for select to dap_data_system using (true);
create policy feed on workflow_version for select to dap_data_system using (true);
create policy feed on endpoint for select to dap_data_system using (true);
create policy sweep on request_key for all to dap_data_system using (true) with check (false);

grant select, insert, update on workflow to dap_data;
grant select, insert on workflow_version to dap_data;
grant select, insert, update on endpoint to dap_data;
grant usage on sequence endpoint_change to dap_data;
grant select, insert on team_setup to dap_data;
grant select, insert, update, delete on request_key to dap_data;
grant select on edge_seen to dap_data;

grant select (team_id, id, active_version, paused, deleted_at) on workflow to dap_data_system;
grant select on workflow_version, endpoint to dap_data_system;
grant select, insert, update, delete on edge_seen to dap_data_system;
grant select (created_at), delete on request_key to dap_data_system;

-- Workers read the version that a run is pinned to. The edge hears of versions through the feed and reads nothing here.
grant select on workflow_version to dap_compute;
