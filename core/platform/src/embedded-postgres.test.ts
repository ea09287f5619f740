import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "./embedded-postgres";
import { isReachableByOthers } from "./embedded-postgres/binary";
import { explainLog } from "./embedded-postgres/explain";
import { connect } from "./postgres";
import { Secret } from "./secret";

// As a clone below /root would lie: nobody but the owner may enter.
const folder = mkdtempSync("/var/tmp/dap-test-embedded-");
chmodSync(folder, 0o700);
const dataDir = join(folder, "deep", "postgres");
const password = new Secret("first-password");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process that ended and was not waited for yet does not count. */
const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
const until = async (isTrue: () => boolean) => {
  for (const endMs = Date.now() + 10_000; !isTrue(); await Bun.sleep(20))
    if (Date.now() > endMs) throw new Error("did not happen");
};

/** Starts the platform's Postgres in a process of its own, which then sleeps. */
async function startElsewhere(): Promise<{
  readonly pid: number;
  readonly server: number;
  readonly kill: () => Promise<unknown>;
}> {
  const code = `
    const { startPostgres } = await import(${JSON.stringify(join(import.meta.dir, "embedded-postgres.ts"))});
    const { Secret } = await import(${JSON.stringify(join(import.meta.dir, "secret.ts"))});
    const { pid, url } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, password: new Secret("first-password") });
    console.log(pid);
    setInterval(() => {}, 1000);`;
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe", stderr: "inherit" });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    pid: child.pid,
    server: Number(new TextDecoder().decode(value)),
    kill: () => {
      child.kill("SIGKILL");
      return child.exited;
    },
  };
}

describe("the platform's own Postgres", () => {
  test("keeps its data from one start to the next, and lets nobody in without the password", async () => {
    const first = await startPostgres({ dataDir, password });
    const connection = connect(first.url, { applicationName: "test" });
    await connection.sql`create table kept (id int)`;
    await connection.sql`insert into kept values (7)`;
    const [settings] = await connection.sql`
      select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('listen_addresses') as address`;
    expect(settings).toEqual({ fsync: "on", commit: "on", address: "127.0.0.1" });
    await connection.close();
    const stranger = connect(first.url.replace("first-password", "guess"), { applicationName: "test" });
    await expect(stranger.sql`select 1`.execute()).rejects.toThrow("password authentication failed");
    await stranger.close();
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await startPostgres({ dataDir, password: new Secret("another-password") });
    const again = connect(second.url, { applicationName: "test" });
    expect(await again.sql<{ id: number }[]>`select id from kept`.then((rows) => rows.map((row) => row.id))).toEqual([
      7,
    ]);
    await again.close();
    await second.stop();
  }, 60_000);

  test("ends when its process is killed", async () => {
    const other = await startElsewhere();
    expect(isAlive(other.server)).toBe(true);
    await other.kill();
    await until(() => !isAlive(other.server));
  }, 60_000);

  test("is not started twice on one folder", async () => {
    const other = await startElsewhere();
    await expect(startPostgres({ dataDir, password })).rejects.toMatchObject({ code: "DATA_DIR_IN_USE" });
    expect(isAlive(other.server)).toBe(true);
    await other.kill();
  }, 60_000);

  test("stops the server that a killed process left behind, and recovers", async () => {
    const other = await startElsewhere();
    // The supervisor is killed as well, so nobody stops the server.
    const supervisor = Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${other.server}/status`, "utf8"))?.[1]);
    process.kill(supervisor, "SIGSTOP");
    await other.kill();
    process.kill(supervisor, "SIGKILL");
    const next = await startPostgres({ dataDir, password });
    expect(next.pid).not.toBe(other.server);
    expect(isAlive(other.server)).toBe(false);
    await next.stop();
  }, 60_000);

  test("survives its own kill -9 and a lock file that names a process of somebody else", async () => {
    const first = await startPostgres({ dataDir, password });
    process.kill(first.pid, "SIGKILL");
    await first.ended;
    expect(existsSync(join(dataDir, "postmaster.pid"))).toBe(true);
    const lines = readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n");
    writeFileSync(join(dataDir, "postmaster.pid"), [String(process.pid), ...lines.slice(1)].join("\n"));
    const second = await startPostgres({ dataDir, password });
    const connection = connect(second.url, { applicationName: "test" });
    expect((await connection.sql`select id from kept`).length).toBe(1);
    await connection.close();
    await second.stop();
  }, 60_000);

  test("refuses data of another major version in one clear line", async () => {
    const version = readFileSync(join(dataDir, "PG_VERSION"), "utf8");
    writeFileSync(join(dataDir, "PG_VERSION"), "12\n");
    const error = await startPostgres({ dataDir, password }).catch((caught) => caught);
    expect(error).toMatchObject({ code: "POSTGRES_VERSION" });
    expect(error.message).toContain("PostgreSQL 12");
    expect(error.message).not.toContain("\n");
    writeFileSync(join(dataDir, "PG_VERSION"), version);
  });

  test("says what kept it from starting", () => {
    const said: Record<string, string> = {
      'FATAL:  could not write lock file "postmaster.pid": No space left on device': "DISK_FULL",
      "postgres: error while loading shared libraries: libicui18n.so.60: cannot open shared object file":
        "POSTGRES_LIBRARY",
      'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use': "PORT_IN_USE",
      'FATAL:  could not access directory "/x": Permission denied': "DATA_DIR_DENIED",
      "initdb: could not look up effective user ID 1234: user does not exist": "USER_UNKNOWN",
      "FATAL:  something else": "POSTGRES_FAILED",
    };
    for (const [output, code] of Object.entries(said)) {
      const failure = explainLog(output, "/data");
      expect(failure.code).toBe(code);
      expect(failure.message).not.toContain("\n");
    }
    expect(explainLog("FATAL:  something else", "/data").message).toContain("something else");
  });

  test("knows whether others can reach a folder", () => {
    expect(isReachableByOthers("/usr/lib")).toBe(true);
    expect(isReachableByOthers(join(folder, "deep"))).toBe(false);
  });
});
