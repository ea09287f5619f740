import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrationFolder as dataMigrations } from "@dap/data";
import { migrate, readMigrations } from "@dap/platform/migrate";
import { runCommand, runLocal, spokenLines } from "./src/command";
import { inDatabase, isAlive, postgresPids, until } from "./src/installation";
import { callWebhook, expectWorkingWebhooks, plusOne } from "./src/journey";
import { type Person, registerPerson } from "./src/person";
import { freePort, type Platform, root, startPlatform } from "./src/platform";

const newFolder = (): string => mkdtempSync(join(tmpdir(), "dap-start-"));

/** Logs in; gives the status. */
const login = async (url: string, email: string, password: string): Promise<number> => {
  const answer = await fetch(`${url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  return answer.status;
};

describe("an installation", () => {
  let platform: Platform;
  let person: Person;
  let webhook: string;
  const again = async (): Promise<void> => {
    platform = await startPlatform({ port: platform.port, dataDir: platform.dataDir });
  };
  /** Starts, resets or gives a password on the same folder; expects one line with this code and no stack. */
  const expectRefusal = async (program: "start" | "reset" | "password", env: Record<string, string>, code: string) => {
    const { exitCode, output } = await runLocal(program, { DATA_DIR: platform.dataDir, YES: "1", ...env });
    expect({ exitCode, lines: spokenLines(output).length, output }).toMatchObject({ exitCode: 1, lines: 1 });
    expect(output).toContain(`(${code})`);
    expect(output).not.toMatch(/^\s+at /m);
  };

  beforeAll(async () => {
    platform = await startPlatform();
    person = await registerPerson(platform.url);
    webhook = (await person.publish(plusOne("inline", "result"))).url;
  });
  afterAll(() => platform.stop());

  test("rests in less than 250 MB besides Postgres", async () => {
    const resident = /VmRSS:\s+(\d+) kB/.exec(await Bun.file(`/proc/${platform.pid}/status`).text())?.[1];
    console.log(`resident memory: ${Math.round(Number(resident) / 1024)} MB`);
    expect(Number(resident) / 1024).toBeLessThan(250);
  });

  test("lets no second start, no other port's owner and no reset disturb it", async () => {
    await Promise.all([
      expectRefusal("start", { PORT: String(platform.port) }, "PORT_TAKEN"),
      expectRefusal("start", { PORT: String(freePort()) }, "DATA_DIR_IN_USE"),
      expectRefusal("reset", {}, "DATA_DIR_IN_USE"),
    ]);
    expect(await callWebhook(webhook, 1)).toEqual({ status: 200, body: { n: 2 } });
  });

  test("takes a new password while it runs and while it does not", async () => {
    const { email } = person;
    const set = (password: string) =>
      runLocal("password", { DATA_DIR: platform.dataDir, EMAIL: email, PASSWORD: password });
    expect(await set("a wholly new password")).toMatchObject({ exitCode: 0 });
    expect(await login(platform.url, email, person.password)).toBe(401);
    expect(await login(platform.url, email, "a wholly new password")).toBe(200);
    await expectRefusal("password", { EMAIL: "nobody@example.com", PASSWORD: "a wholly new one" }, "ACCOUNT_UNKNOWN");
    expect(await platform.stop()).toBe(0);
    expect(await set("another new password")).toMatchObject({ exitCode: 0 });
    await again();
    expect(await login(platform.url, email, "another new password")).toBe(200);
  });

  test("takes its Postgres with it when it is killed, and answers within 5 s of the next start", async () => {
    const { server } = postgresPids(platform.dataDir);
    await platform.kill();
    await until("Postgres is gone", () => !isAlive(server), 5_000);
    const startedAtMs = Date.now();
    await again();
    expect(await callWebhook(webhook, 1)).toEqual({ status: 200, body: { n: 2 } });
    console.log(`from a second start to the first webhook's answer: ${Date.now() - startedAtMs} ms`);
  });

  test("goes on with its data when a Postgres was left behind by a kill of everything else", async () => {
    const { server, watchdog } = postgresPids(platform.dataDir);
    // The shell and its look-out: stopped first, so that neither can act on the death of the other.
    const family = [watchdog, ...childrenOf(watchdog).filter((pid) => pid !== server)];
    for (const pid of family) process.kill(pid, "SIGSTOP");
    await platform.kill();
    for (const pid of family) process.kill(pid, "SIGKILL");
    await Bun.sleep(200);
    expect(isAlive(server)).toBe(true);
    await again();
    expect(isAlive(server)).toBe(false);
    expect(await callWebhook(webhook, 1)).toEqual({ status: 200, body: { n: 2 } });
  });

  test("stops with a line when its Postgres is killed, instead of refusing for ever", async () => {
    process.kill(postgresPids(platform.dataDir).server, "SIGKILL");
    await until("the process ends", () => !isAlive(platform.pid), 10_000);
    expect(platform.output()).toMatch(/^dap: PostgreSQL has ended [^\n]+ \(POSTGRES_ENDED\)$/m);
    await again();
    expect(await callWebhook(webhook, 1)).toEqual({ status: 200, body: { n: 2 } });
  });

  test("drains on a closed terminal, and ends at once at the second Ctrl-C", async () => {
    process.kill(platform.pid, "SIGHUP");
    await until("the process ends", () => !isAlive(platform.pid), 15_000);
    expect(await platform.stop()).toBe(0);
    await again();
    process.kill(platform.pid, "SIGINT");
    process.kill(platform.pid, "SIGINT");
    await until("the process ends", () => !isAlive(platform.pid), 2_000);
    await again();
  });

  test("is refused, whole, by a release older than its data, and goes on with the right one", async () => {
    expect(await platform.stop()).toBe(0);
    const rowOfLater = "insert into migration.applied (name, hash) values ('9999_later', 'x')";
    await inDatabase(platform.dataDir, "dap_team", (sql) => sql.unsafe(rowOfLater));
    await expectRefusal("start", { PORT: String(platform.port) }, "DATABASE_NEWER");
    await inDatabase(
      platform.dataDir,
      "dap_team",
      (sql) => sql`delete from migration.applied where name = '9999_later'`,
    );
    await again();
    expect(await callWebhook(webhook, 1)).toEqual({ status: 200, body: { n: 2 } });
  });

  test("is deleted by a reset once it has stopped", async () => {
    expect(await platform.stop()).toBe(0);
    expect(await runLocal("reset", { DATA_DIR: platform.dataDir })).toMatchObject({ exitCode: 0 });
    expect(existsSync(platform.dataDir)).toBe(true);
    expect(await runLocal("reset", { DATA_DIR: platform.dataDir, YES: "1" })).toMatchObject({ exitCode: 0 });
    expect(existsSync(platform.dataDir)).toBe(false);
    const stranger = newFolder();
    writeFileSync(join(stranger, "letter.txt"), "mine");
    await expectRefusal("reset", { DATA_DIR: stranger }, "NOT_A_DATA_DIR");
    expect(existsSync(join(stranger, "letter.txt"))).toBe(true);
  });
});

const childrenOf = (pid: number): readonly number[] => {
  const { stdout } = Bun.spawnSync(["cat", `/proc/${pid}/task/${pid}/children`]);
  return stdout.toString().trim().split(" ").filter(Boolean).map(Number);
};

describe("an installation of an earlier state", () => {
  test("is brought up to date by the next start", async () => {
    const dataDir = newFolder();
    await inDatabase(dataDir, "postgres", async (sql, url) => {
      await sql.unsafe("create database dap_data");
      for (const role of ["dap_data", "dap_data_system", "dap_compute", "dap_edge"])
        await sql.unsafe(`create role ${role} login`);
      const oldest = readMigrations(dataMigrations).slice(0, 1);
      await migrate({ url: url.replace(/\/postgres$/, "/dap_data"), folder: oldest });
    });
    const platform = await startPlatform({ dataDir });
    await expectWorkingWebhooks(await registerPerson(platform.url));
    expect(await platform.stop()).toBe(0);
  });
});

describe("a start that cannot go on", () => {
  test("says in one line that its folder cannot be written", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    const { exitCode, output } = await runLocal("start", { PORT: String(freePort()), DATA_DIR: join(file, "data") });
    expect({ exitCode, lines: spokenLines(output).length }).toEqual({ exitCode: 1, lines: 1 });
    expect(output).toContain("(DATA_DIR_DENIED)");
  });

  test.each([
    ["Node is missing", undefined, "Node is missing"],
    ["Node is too old", "#!/bin/sh\ncase $1 in -p) echo 18;; *) echo v18.0.0;; esac\n", "Node v18.0.0 is too old"],
    ["npm is missing", "#!/bin/sh\necho 20\n", "npm is missing"],
  ])("says in one line that %s", async (_, node, line) => {
    const clone = newFolder();
    const bin = join(clone, "bin");
    mkdirSync(bin);
    cpSync(join(root, "ops/bootstrap"), join(clone, "ops/bootstrap"), { recursive: true });
    for (const name of ["dirname", "grep", "mkdir", "cp"]) symlinkSync(Bun.which(name) ?? "", join(bin, name));
    if (node) writeFileSync(join(bin, "node"), node, { mode: 0o755 });
    const script = join(clone, "ops/bootstrap/bun.sh");
    const { exitCode, output } = await runCommand(["/bin/sh", script], { env: { PATH: bin } });
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^dap: [^\n]+\n$/);
    expect(output).toContain(line);
  });
});
