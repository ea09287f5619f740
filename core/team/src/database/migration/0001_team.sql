-- Teams and who is in them. The application's role `dap_team` owns nothing; each transaction says for which teams
-- (`app.teams`) and for which account (`app.account`) it speaks, and sees nothing else.

create table team (
  id uuid primary key,
  name text not null,
  slug text collate "C" not null unique,
  -- The account whose personal team this is: at most one each, whoever asks how often.
  personal_of uuid unique,
  -- Set once data has answered; until then every access asks again.
  provisioned_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);

-- What team knows of an account. `perm_ver` rises with every change of what the account may do anywhere.
create table profile (
  account_id uuid primary key,
  email text not null,
  name text not null,
  perm_ver integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table membership (
  team_id uuid not null references team (id) on delete cascade,
  account_id uuid not null references profile (account_id),
  role text not null check (role in ('owner', 'admin', 'editor', 'operator', 'viewer')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (team_id, account_id)
);
create index membership_account on membership (account_id, team_id);

alter table team enable row level security;
alter table team force row level security;
alter table membership enable row level security;
alter table membership force row level security;
alter table profile enable row level security;
alter table profile force row level security;

create policy team_member on team to dap_team
  using (id = any (nullif(current_setting('app.teams', true), '')::uuid[]))
  with check (id = any (nullif(current_setting('app.teams', true), '')::uuid[]));
create policy team_own on team for select to dap_team
  using (personal_of = nullif(current_setting('app.account', true), '')::uuid);

create policy membership_team on membership to dap_team
  using (team_id = any (nullif(current_setting('app.teams', true), '')::uuid[]))
  with check (team_id = any (nullif(current_setting('app.teams', true), '')::uuid[]));
create policy membership_own on membership for select to dap_team
  using (account_id = nullif(current_setting('app.account', true), '')::uuid);

-- A person is visible to those who share a team with them; the inner select is under the policies of membership.
create policy profile_own on profile to dap_team
  using (account_id = nullif(current_setting('app.account', true), '')::uuid)
  with check (account_id = nullif(current_setting('app.account', true), '')::uuid);
create policy profile_colleague on profile to dap_team
  using (exists (select from membership where membership.account_id = profile.account_id))
  with check (exists (select from membership where membership.account_id = profile.account_id));

grant select, insert, update on team to dap_team;
grant select, insert, update, delete on membership to dap_team;
grant select, insert, update on profile to dap_team;
