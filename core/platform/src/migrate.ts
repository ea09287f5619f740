import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { Failure } from "./failure";

/** One step of a database's schema. `name` is `0001_run`; the text runs in one transaction and never changes once released. */
export type Migration = { readonly name: string; readonly sql: string };

export type MigrateOptions = {
  /** Connects as the owner of the database. */
  readonly url: string;
  /** Folder of `NNNN_name.sql` files, or the migrations themselves. */
  readonly folder: string | readonly Migration[];
  /** Schema of the table that remembers what was applied; `migration` by default. Another one keeps a second history. */
  readonly ledger?: "migration" | "broker_migration";
};

/** Any number that nothing else of ours locks. */
const migrateLock = 7_241_002;

/**
 * Brings a database up to date and gives the names of what was applied. Several processes may call it at once: one works,
 * the others wait. Refuses (`Failure`) a database that knows a migration this code does not (`DATABASE_NEWER`), and one
 * whose applied migrations have another text or another order (`MIGRATION_CHANGED`).
 */
export async function migrate({ url, folder, ledger = "migration" }: MigrateOptions): Promise<readonly string[]> {
  const migrations = typeof folder === "string" ? readMigrations(folder) : folder;
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    await sql`select pg_advisory_lock(${migrateLock})`;
    const applied = await readApplied(sql, ledger);
    const pending = findPending(migrations, applied, new URL(url).pathname.slice(1));
    for (const migration of pending) await apply(sql, migration, ledger);
    return pending.map((migration) => migration.name);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The `.sql` files of a folder in the order of their names. Two files with one number fail. */
export function readMigrations(folder: string): readonly Migration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .sort();
  const numbers = files.map((file) => file.slice(0, 4));
  const unfit = files.find(
    (file, index) => !/^\d{4}_[a-z0-9_-]+\.sql$/.test(file) || numbers.indexOf(file.slice(0, 4)) !== index,
  );
  if (unfit !== undefined)
    throw new Error(`${join(folder, unfit)}: migrations are named NNNN_name.sql, each number once`);
  return files.map((file) => ({ name: file.slice(0, -4), sql: readFileSync(join(folder, file), "utf8") }));
}

type Applied = { readonly name: string; readonly hash: string };

async function readApplied(sql: postgres.Sql, ledger: string): Promise<readonly Applied[]> {
  await sql.unsafe(`
    create schema if not exists ${ledger};
    create table if not exists ${ledger}.applied (
      name text primary key, hash text not null, applied_at timestamptz not null default clock_timestamp()
    )`);
  return sql<Applied[]>`select name, hash from ${sql(ledger)}.applied order by name`;
}

function findPending(
  migrations: readonly Migration[],
  applied: readonly Applied[],
  database: string,
): readonly Migration[] {
  const known = new Set(migrations.map((migration) => migration.name));
  const newer = applied.find((row) => !known.has(row.name));
  if (newer !== undefined) {
    throw new Failure(
      "DATABASE_NEWER",
      500,
      `The database ${database} was made by a newer release (it knows ${newer.name}); start that release or a later one.`,
    );
  }
  const odd = applied.find((row, index) => {
    const migration = migrations[index];
    return migration === undefined || migration.name !== row.name || hashOf(migration) !== row.hash;
  });
  if (odd !== undefined) {
    throw new Failure(
      "MIGRATION_CHANGED",
      500,
      `The database ${database} was migrated with another text or order of ${odd.name}; a released migration must not change.`,
    );
  }
  return migrations.slice(applied.length);
}

async function apply(sql: postgres.Sql, migration: Migration, ledger: string): Promise<void> {
  try {
    await sql.begin(async (tx) => {
      await tx.unsafe(migration.sql);
      await tx`insert into ${tx(ledger)}.applied (name, hash) values (${migration.name}, ${hashOf(migration)})`;
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("MIGRATION_FAILED", 500, `The migration ${migration.name} failed: ${reason}`, { cause });
  }
}

const hashOf = (migration: Migration): string => createHash("sha256").update(migration.sql).digest("hex");
