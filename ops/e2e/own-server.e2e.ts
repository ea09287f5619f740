import { describe, expect, test } from "bun:test";
import { describeWithRabbit } from "@dap/platform/test-rabbitmq";
import { runLocal, spokenLines } from "./src/command";
import { expectWorkingWebhooks } from "./src/journey";
import { startServerOfOnesOwn } from "./src/own-postgres";
import { registerPerson } from "./src/person";
import { freePort, startPlatform } from "./src/platform";

describeWithRabbit("make start with servers of one's own", (rabbit) => {
  test("works on RabbitMQ and on a Postgres whose role may make databases and roles and nothing more", async () => {
    const [server, { url: brokerUrl }] = await Promise.all([startServerOfOnesOwn(), rabbit()]);
    const env = { DATABASE_URL: server.url, BROKER_URL: brokerUrl };
    const platform = await startPlatform({ env });
    const person = await registerPerson(platform.url);
    await expectWorkingWebhooks(person);
    expect(await platform.stop()).toBe(0);

    const again = await startPlatform({ env, port: platform.port, dataDir: platform.dataDir });
    const login = await fetch(`${again.url}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: person.email, password: person.password }),
    });
    expect(login.status).toBe(200);
    expect(await again.stop()).toBe(0);
    await server.stop();
  });
});

describe("a wrong DATABASE_URL or BROKER_URL", () => {
  test("is told in one line, without its password, before anything is made", async () => {
    const server = await startServerOfOnesOwn();
    const wrong: readonly (readonly [Record<string, string>, string])[] = [
      [{ DATABASE_URL: "postgres://ann:hush@127.0.0.1:1/postgres" }, "DATABASE_UNREACHABLE"],
      [{ DATABASE_URL: "postgres://ann:hush@nowhere.invalid/postgres" }, "DATABASE_UNREACHABLE"],
      [{ DATABASE_URL: server.urlOf("ann:hush") }, "DATABASE_REFUSED"],
      [{ DATABASE_URL: `${server.url}-unknown` }, "DATABASE_REFUSED"],
      [{ DATABASE_URL: server.urlOf("plain:pass") }, "DATABASE_REFUSED"],
      [{ DATABASE_URL: "mysql://ann:hush@127.0.0.1/x" }, "CONFIG"],
      [{ DATABASE_URL: server.url, BROKER_URL: "http://127.0.0.1" }, "CONFIG"],
    ];
    const outcomes = await Promise.all(
      wrong.map(async ([env, code]) => {
        const { exitCode, output } = await runLocal("start", {
          PORT: String(freePort()),
          DATA_DIR: `/tmp/dap-wrong-${crypto.randomUUID()}`,
          ...env,
        });
        return { code, exitCode, output };
      }),
    );
    for (const { code, exitCode, output } of outcomes) {
      expect(exitCode).toBe(1);
      expect(spokenLines(output)).toHaveLength(1);
      expect(output).toContain(`(${code})`);
      expect(output).not.toMatch(/hush|^\s+at /m);
    }
    await server.stop();
  });
});
