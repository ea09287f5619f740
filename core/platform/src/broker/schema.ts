import { type Migration, migrate } from "../migrate";
import { appRoles } from "../postgres/bootstrap";

const dataRoles = Object.entries(appRoles)
  .filter(([, database]) => database === "data")
  .map(([role]) => role)
  .join(", ");

/** A message is held by the session that took it; a session lives as long as its connection holds the lock of its id. */
const schema = `
create schema broker;
create table broker.queue (name text primary key);
create table broker.session (id int generated always as identity primary key, name text not null, started_at timestamptz not null default clock_timestamp());
create table broker.message (
  seq bigint generated always as identity primary key,
  queue text not null,
  id text not null,
  body text not null,
  priority smallint not null default 0,
  deliveries int not null default 0,
  session int,
  enqueued_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
create index message_ready on broker.message (queue, priority desc, seq) where session is null;
create index message_held on broker.message (session) where session is not null;
create table broker.dead_letter (
  seq bigint primary key, queue text not null, id text not null, body text not null, deliveries int not null,
  died_at timestamptz not null default clock_timestamp()
);
create table broker.fanout (id bigint generated always as identity primary key, body text not null, at timestamptz not null default clock_timestamp());
revoke all on schema broker from public;
grant usage on schema broker to ${dataRoles};
grant select, insert, update, delete on all tables in schema broker to ${dataRoles};
`;

const migrations: readonly Migration[] = [{ name: "0001_broker", sql: schema }];

/** Brings the broker's own schema up to date. Run by the owner of the database, at every start. */
export async function ensureEmbeddedBroker(ownerUrl: string): Promise<void> {
  await migrate({ url: ownerUrl, folder: migrations, ledger: "broker_migration" });
}
