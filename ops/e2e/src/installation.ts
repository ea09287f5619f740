import { existsSync, readFileSync } from "node:fs";
import { startPostgres } from "@dap/platform/embedded-postgres";
import { connect, type Sql } from "@dap/platform/postgres";
import { Secret } from "@dap/platform/secret";

/** Process ids of an installation's Postgres and of the shell that watches over it. */
export function postgresPids(dataDir: string): { readonly server: number; readonly watchdog: number } {
  const server = Number(readFileSync(`${dataDir}/postgres/postmaster.pid`, "utf8").split("\n")[0]);
  return { server, watchdog: Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${server}/status`, "utf8"))?.[1]) };
}

/** A process that ended and was not waited for yet does not count. */
export const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

/** Waits until something is so; fails after `withinMs`. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  for (const endMs = Date.now() + withinMs; !(await isSo()); await Bun.sleep(20))
    if (Date.now() > endMs) throw new Error(`within ${withinMs} ms it did not come about that ${what}`);
}

/** Works on a database of an installation that does not run, as its superuser. */
export async function inDatabase(dataDir: string, database: string, work: (sql: Sql, url: string) => Promise<unknown>) {
  const secret = `${dataDir}/secret/postgres`;
  const password = new Secret(existsSync(secret) ? readFileSync(secret, "utf8") : "none yet");
  const server = await startPostgres({ dataDir: `${dataDir}/postgres`, password });
  const url = server.url.replace(/\/postgres$/, `/${database}`);
  const { sql, close } = connect(url, { max: 1, applicationName: "test" });
  try {
    await work(sql, url);
  } finally {
    await close();
    await server.stop();
  }
}
