import { createHash } from "node:crypto";
import { chownSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { startPostgres } from "./embedded-postgres";
import { isRoot, unprivilegedId } from "./embedded-postgres/binary";
import { type Migration, migrate, readMigrations } from "./migrate";
import {
  appRoles,
  type DatabaseName,
  ensureRole,
  grantConnect,
  type RoleName,
  withDatabase,
  withRole,
} from "./postgres/bootstrap";
import { Secret } from "./secret";
import { oncePerTestRun, testRootPid, testRunFolder } from "./test-tree";

export type TestPostgres = {
  /** Superuser: sees all rows. */
  readonly adminUrl: string;
  /** Owner of the test databases, without superuser's rights: forced row-level security holds for it too. */
  readonly ownerUrl: string;
};

/**
 * One Postgres for the whole `bun test` run, without fsync; it ends with the run, however that ends. `DATABASE_URL_TEST`
 * replaces it (a superuser's URL).
 */
export function startTestPostgres(): Promise<TestPostgres> {
  running ??= oncePerTestRun("postgres", async () => {
    const adminUrl = process.env.DATABASE_URL_TEST ?? (await startScratchPostgres());
    const ownerUrl = await prepareRoles(adminUrl);
    return { adminUrl, ownerUrl };
  });
  return running;
}
let running: Promise<TestPostgres> | undefined;

async function startScratchPostgres(): Promise<string> {
  const scratchDir = mkdtempSync(join(testRunFolder(), "postgres-"));
  if (isRoot()) chownSync(scratchDir, unprivilegedId, unprivilegedId);
  const rootPid = testRootPid();
  const { url } = await startPostgres({
    dataDir: join(scratchDir, "data"),
    durable: false,
    scratchDir,
    ...(process.platform === "linux" ? { watchPid: rootPid } : {}),
  });
  return url;
}

const ownerRole = "dap_test_owner";
const ownerPassword = new Secret("test-owner");
const roleNames = Object.keys(appRoles) as RoleName[]; // keyof loses nothing here: the object has these keys only
const rolePassword = (role: RoleName): Secret<string> => new Secret(`test-${role}`);

/** The owner has what a server of one's own must give: CREATEDB and CREATEROLE. */
async function prepareRoles(adminUrl: string): Promise<string> {
  const ownerUrl = withRole(adminUrl, new URL(adminUrl).pathname.slice(1), ownerRole, ownerPassword);
  await withLock(adminUrl, async (sql) => {
    const [found] = await sql`select 1 from pg_roles where rolname = ${ownerRole}`;
    if (found === undefined)
      await sql.unsafe(`create role ${ownerRole} login createdb createrole password '${ownerPassword.reveal()}'`);
  });
  await withLock(ownerUrl, async (sql) => {
    for (const role of roleNames) await ensureRole(sql, role, rolePassword(role));
  });
  return ownerUrl;
}

export type TestDatabase = {
  /** As the owner (see `TestPostgres`). */
  readonly ownerUrl: string;
  /** As superuser, to look at all rows and to sow them. */
  readonly adminUrl: string;
  /** As one of the services' roles, with the rights that the migrations gave it. */
  readonly roleUrl: (role: RoleName) => string;
  readonly name: string;
  /** Not needed: all goes with the run. For tests that make many. */
  readonly drop: () => Promise<void>;
};

export type TestDatabaseOptions = {
  /** Which database it stands for, which says who may connect; `data` by default. */
  readonly database?: DatabaseName;
  /** Migration folders, or migrations, applied in this order. */
  readonly migrations?: readonly (string | readonly Migration[])[];
};

/** A fresh database, migrated, in 50 to 100 ms: copied from a template that is made once for each set of migrations. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { database = "data" } = options;
  const server = await startTestPostgres();
  const migrations = (options.migrations ?? []).flatMap((entry) =>
    typeof entry === "string" ? readMigrations(entry) : entry,
  );
  const name = `dap_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await withLock(server.ownerUrl, async (sql) => {
    const template = await ensureTemplate(sql, server.ownerUrl, migrations);
    await sql.unsafe(`create database ${name} template ${template}`);
    await sql.unsafe(`revoke all on database ${name} from public`);
    await grantConnect(sql, name, database);
  });
  return {
    name,
    ownerUrl: withDatabase(server.ownerUrl, name),
    adminUrl: withDatabase(server.adminUrl, name),
    roleUrl: (role) => withRole(server.adminUrl, name, role, rolePassword(role)),
    drop: () =>
      withLock(server.ownerUrl, async (sql) => void (await sql.unsafe(`drop database if exists ${name} with (force)`))),
  };
}

async function ensureTemplate(sql: postgres.Sql, ownerUrl: string, migrations: readonly Migration[]): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(migrations)).digest("hex").slice(0, 16);
  const template = `dap_template_${hash}`;
  const exists = await sql`select 1 from pg_database where datname = ${template}`;
  if (exists.length > 0) return template;
  const unfinished = `${template}_new`;
  await sql.unsafe(`drop database if exists ${unfinished}`);
  await sql.unsafe(`create database ${unfinished} template template0 encoding 'UTF8'`);
  await migrate({ url: withDatabase(ownerUrl, unfinished), folder: migrations });
  await sql.unsafe(`alter database ${unfinished} rename to ${template}`);
  return template;
}

/** Any number that nothing else of ours locks. Two copies of one template at a time would disturb each other. */
const testLock = 7_241_003;

async function withLock(url: string, run: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(${testLock})`;
    await run(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
