import postgres from "postgres";
import { Failure } from "../failure";
import type { Secret } from "../secret";
import { scramVerifier } from "./scram";

export type DatabaseName = "identity" | "team" | "data";
export type RoleName = keyof typeof appRoles;

/** The roles services log in with, and the one database each may connect to. What they may do there, migrations say. */
export const appRoles = {
  dap_identity: "identity",
  dap_team: "team",
  dap_data: "data",
  dap_data_system: "data",
  dap_compute: "data",
  dap_edge: "data",
} as const satisfies Record<string, DatabaseName>;

export type BootstrapOptions = {
  /** A role with CREATEDB and CREATEROLE; it will own the databases and run the migrations. */
  readonly adminUrl: string;
  readonly databases: readonly DatabaseName[];
  readonly passwords: Readonly<Record<RoleName, Secret<string>>>;
  /** Databases are named `<prefix><name>`; `dap_` by default. Roles belong to the cluster and have no prefix. */
  readonly prefix?: string;
};

export type BootstrappedDatabases = {
  readonly ownerUrl: (database: DatabaseName) => string;
  readonly roleUrl: (role: RoleName) => string;
};

/** Any number that nothing else of ours locks. */
const bootstrapLock = 7_241_001;

/**
 * Creates what is missing of databases and roles, and sets the roles' passwords. May be called at every boot and by
 * several processes at once.
 */
export async function bootstrapDatabases(options: BootstrapOptions): Promise<BootstrappedDatabases> {
  const { adminUrl, databases, passwords, prefix = "dap_" } = options;
  // One connection: the lock belongs to the session, and CREATE DATABASE cannot run inside a transaction.
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    await sql`select pg_advisory_lock(${bootstrapLock})`;
    for (const role of roleNames) await ensureRole(sql, role, passwords[role]);
    for (const name of databases) await ensureDatabase(sql, `${prefix}${name}`, name);
  } finally {
    await sql.end({ timeout: 5 });
  }
  return {
    ownerUrl: (database) => withDatabase(adminUrl, `${prefix}${database}`),
    roleUrl: (role) => withRole(adminUrl, `${prefix}${appRoles[role]}`, role, passwords[role]),
  };
}

const roleNames = Object.keys(appRoles) as RoleName[]; // keyof loses nothing here: the object has these keys only

/** Makes a login role that can do nothing by itself, and refuses one that can do more. */
export async function ensureRole(sql: postgres.Sql, role: RoleName, password: Secret<string>): Promise<void> {
  const [found] = await sql<{ mighty: boolean }[]>`
    select rolsuper or rolbypassrls or rolcreatedb or rolcreaterole as mighty from pg_roles where rolname = ${role}`;
  if (found?.mighty) {
    throw new Failure("ROLE_TOO_MIGHTY", 500, `The role ${role} has rights that would let it pass row-level security.`);
  }
  if (found === undefined) await sql.unsafe(`create role ${role} login`);
  // The verifier instead of the password, so that no statement log holds it.
  await sql.unsafe(`alter role ${role} login password '${scramVerifier(password.reveal())}'`);
}

async function ensureDatabase(sql: postgres.Sql, database: string, name: DatabaseName): Promise<void> {
  if (!/^[a-z][a-z0-9_]{0,60}$/.test(database)) throw new TypeError(`not a fit database name: ${database}`);
  const exists = await sql`select 1 from pg_database where datname = ${database}`;
  if (exists.length === 0) await sql.unsafe(`create database ${database} template template0 encoding 'UTF8'`);
  await sql.unsafe(`revoke all on database ${database} from public`);
  await grantConnect(sql, database, name);
}

/** Lets the roles of one database in. Not part of a template: a copied database starts without grants of its own. */
export async function grantConnect(sql: postgres.Sql, database: string, name: DatabaseName): Promise<void> {
  const roles = roleNames.filter((role) => appRoles[role] === name);
  await sql.unsafe(`grant connect on database ${database} to ${roles.join(", ")}`);
}

/** The same server and login, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** The same server, another database and login. */
export function withRole(url: string, database: string, role: string, password: Secret<string>): string {
  const changed = new URL(withDatabase(url, database));
  changed.username = role;
  changed.password = encodeURIComponent(password.reveal());
  return changed.href;
}
