-- Accounts, sessions, keys, mail. Nothing here belongs to a team, so there is no row-level policy; the application's
-- role `dap_identity` owns nothing and may do only what is granted at the end.

create table account (
  id uuid primary key,
  email text not null,
  -- Compared byte by byte: an accent- or case-insensitive collation would let one address pass for another.
  email_canonical text collate "C" not null unique,
  name text not null,
  password_hash text,
  email_verified_at timestamptz,
  disabled_at timestamptz,
  -- Set once team has answered; until then every login asks again.
  personal_team_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table session (
  id uuid primary key,
  account_id uuid not null references account (id) on delete cascade,
  user_agent text not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text
);
create index session_expiry on session (expires_at);
create index session_account on session (account_id, created_at desc);

-- One session is one family: revoking the session ends every token of it.
create table refresh_token (
  token_hash bytea primary key,
  session_id uuid not null references session (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  -- The next token, sealed with a key that only the holder of this one can derive.
  successor_sealed bytea,
  constraint refresh_token_used check ((used_at is null) = (successor_sealed is null))
);
create index refresh_token_session on refresh_token (session_id);
create index refresh_token_expiry on refresh_token (expires_at);

-- A browser in which the owner has logged in before: it has its own bucket of attempts, so that a stranger's guesses
-- never lock the owner out.
create table known_device (
  token_hash bytea primary key,
  account_id uuid not null references account (id) on delete cascade,
  created_at timestamptz not null,
  last_used_at timestamptz not null
);
create index known_device_account on known_device (account_id);

-- Public halves only. The private half is a file of mode 0600 in SECRET_DIR, named by `kid`.
create table signing_key (
  kid text primary key,
  state text not null check (state in ('next', 'current', 'previous', 'retired')),
  public_jwk jsonb not null,
  created_at timestamptz not null,
  activated_at timestamptz,
  retired_at timestamptz
);
create unique index signing_key_one_next on signing_key (state) where state = 'next';
create unique index signing_key_one_current on signing_key (state) where state = 'current';
create unique index signing_key_one_previous on signing_key (state) where state = 'previous';

create table attempt_bucket (
  key text collate "C" primary key,
  tokens double precision not null,
  refilled_at timestamptz not null
);

create table email_token (
  token_hash bytea primary key,
  account_id uuid not null references account (id) on delete cascade,
  purpose text not null check (purpose in ('verify-email', 'reset-password')),
  email_canonical text collate "C" not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index email_token_account on email_token (account_id, purpose);

-- Mail waits here until it is sent, so that an answer takes no longer when there is something to send. The content
-- carries one-use links: it is sealed with a key in SECRET_DIR and forgotten once sent.
create table mail (
  id uuid primary key,
  to_address text not null,
  content_sealed bytea,
  created_at timestamptz not null,
  due_at timestamptz not null,
  attempt integer not null default 0,
  sent_at timestamptz,
  failed_at timestamptz,
  last_error text
);
create index mail_due on mail (due_at) where sent_at is null and failed_at is null;

grant select, insert, update on account to dap_identity;
grant select, insert, update, delete on session to dap_identity;
grant select, insert, update, delete on refresh_token to dap_identity;
grant select, insert, update, delete on known_device to dap_identity;
grant select, insert, update on signing_key to dap_identity;
grant select, insert, update, delete on attempt_bucket to dap_identity;
grant select, insert, update, delete on email_token to dap_identity;
grant select, insert, update, delete on mail to dap_identity;
