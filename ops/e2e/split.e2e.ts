import { afterAll, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "@dap/platform/secret";
import { describeWithRabbit } from "@dap/platform/test-rabbitmq";
import { databases } from "../dap/src/database";
import { expectWorkingWebhooks } from "./src/journey";
import { startServerOfOnesOwn } from "./src/own-postgres";
import { registerPerson } from "./src/person";
import { freePort } from "./src/platform";
import { startTarget, type Target } from "./src/target";

describeWithRabbit("the seven services, each a process of its own, on Postgres and RabbitMQ", (rabbit) => {
  const running: Target[] = [];
  afterAll(async () => {
    await Promise.all(running.map(({ stop }) => stop()));
  });

  test("take a person from the registration to the answers of an inline and of a durable webhook", async () => {
    const [server, { url: brokerUrl }] = await Promise.all([startServerOfOnesOwn(), rabbit()]);
    const env = await settings(server.url, brokerUrl);
    const start = async (name: string, extra: Record<string, string> = {}): Promise<void> => {
      running.push(await startTarget(name, { ...env, ...extra }));
    };
    const at = (url: string | undefined) => ({ PORT: new URL(url ?? "http://x").port });
    await Promise.all([
      start("identity", at(env.IDENTITY_URL)),
      start("team", at(env.TEAM_URL)),
      start("data", at(env.DATA_URL)),
    ]);
    await Promise.all([
      start("realtime", at(env.REALTIME_URL)),
      start("compute"),
      start("web", { ...at(env.WEB_URL), API_URL: env.PUBLIC_URL ?? "" }),
    ]);
    await start("edge", at(env.PUBLIC_URL));

    const person = await registerPerson(env.PUBLIC_URL ?? "");
    await expectWorkingWebhooks(person);
    const page = await fetch(`${env.PUBLIC_URL}/login`);
    expect(`${page.status} ${page.headers.get("content-type")}`).toStartWith("200 text/html");

    const codes = await Promise.all(running.splice(0).map(async ({ name, stop }) => `${name} ${await stop()}`));
    expect(codes.map((code) => code.split(" ")[1])).toEqual(codes.map(() => "0"));
    await server.stop();
  }, 120_000);
});

/** What each process is told; each reads of it what it documents. */
async function settings(adminUrl: string, brokerUrl: string): Promise<Record<string, string>> {
  const urls = await databases({
    adminDatabaseUrl: new Secret(adminUrl),
    rolePassword: async (role) => new Secret(`${role}-of-the-test`),
  });
  const free = (): string => `http://127.0.0.1:${freePort()}`;
  const folder = mkdtempSync(join(tmpdir(), "dap-split-"));
  return {
    PUBLIC_URL: `http://localhost:${freePort()}`,
    SERVICE_SECRET: "a secret of this test, shared by its services",
    SECRET_DIR: join(folder, "secret"),
    EDGE_STATE_DIR: join(folder, "edge"),
    EDGE_HOSTNAME: "127.0.0.1",
    MAIL: "mailbox",
    REQUIRE_VERIFIED_EMAIL: "false",
    BROKER_URL: brokerUrl,
    IDENTITY_URL: free(),
    TEAM_URL: free(),
    DATA_URL: free(),
    REALTIME_URL: free(),
    WEB_URL: free(),
    IDENTITY_DATABASE_URL: urls.owner("identity").reveal(),
    TEAM_DATABASE_URL: urls.owner("team").reveal(),
    DATA_DATABASE_URL: urls.owner("data").reveal(),
    IDENTITY_ROLE_DATABASE_URL: urls.role("dap_identity").reveal(),
    TEAM_ROLE_DATABASE_URL: urls.role("dap_team").reveal(),
    DATA_ROLE_DATABASE_URL: urls.role("dap_data").reveal(),
    DATA_SYSTEM_DATABASE_URL: urls.role("dap_data_system").reveal(),
    COMPUTE_DATABASE_URL: urls.role("dap_compute").reveal(),
    EDGE_ROLE_DATABASE_URL: urls.role("dap_edge").reveal(),
  };
}
