import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "@dap/platform/id";
import { silentLogger } from "@dap/platform/log";
import { createTestDatabase } from "@dap/platform/test-postgres";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { readIdentityConfig } from "./config";
import { start } from "./main";
import { startTestSmtp } from "./test-smtp";

const teamId = newId();
const smtp = startTestSmtp();
/** The team service: everybody owns one team. */
const team = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: ({ method }) =>
    Response.json(method === "PUT" ? { teamId, slug: "anns-team" } : { teams: { [teamId]: "owner" }, permVer: 3 }),
});
const environment = { PUBLIC_URL: "https://dap.example", SERVICE_SECRET: "x".repeat(40), TEAM_URL: team.url.origin };
const secretDir = mkdtempSync(join(tmpdir(), "dap-identity-main-"));
let config: ReturnType<typeof readIdentityConfig>;
let running: Awaited<ReturnType<typeof start>>;

beforeAll(async () => {
  const database = await createTestDatabase({ database: "identity" });
  config = readIdentityConfig({
    ...environment,
    SECRET_DIR: secretDir,
    SMTP_URL: smtp.url,
    IDENTITY_DATABASE_URL: database.ownerUrl,
    IDENTITY_ROLE_DATABASE_URL: database.roleUrl("dap_identity"),
  });
  running = await start(config, silentLogger);
}, 60_000);
afterAll(async () => {
  await running.stop();
  await team.stop(true);
  smtp.stop();
});

const post = (path: string, body: unknown) =>
  fetch(`${running.url}/api/v1/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("the started identity server", () => {
  test("registers, mails a link that confirms, and then logs in with a token others can verify", async () => {
    const person = { email: "ann@example.com", password: "correct horse 7" };
    expect((await post("register", { ...person, name: "Ann" })).status).toBe(201);
    expect(await (await post("login", person)).json()).toMatchObject({ status: 403, code: "EMAIL_NOT_VERIFIED" });
    for (let wait = 0; wait < 100 && smtp.received.length === 0; wait += 1) await Bun.sleep(20);
    const token = /https:\/\/dap\.example\/api\/v1\/auth\/verify-email\?token=([\w-]{43})/.exec(
      smtp.received[0]?.data ?? "",
    );
    expect((await post("verify-email", { token: token?.[1] })).status).toBe(200);
    const login = await post("login", person);
    expect(login.headers.getSetCookie()[0]).toStartWith("__Host-dap_refresh=");
    const { accessToken } = await login.json();
    const jwks = createRemoteJWKSet(new URL(`${running.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(accessToken, jwks, {
      issuer: "https://dap.example",
      audience: "dap-api",
      typ: "at+jwt",
    });
    expect(payload).toMatchObject({
      email: "ann@example.com",
      email_verified: true,
      teams: { [teamId]: "owner" },
      perm_ver: 3,
    });
  }, 20_000);

  test("keeps its keys and counters over a restart", async () => {
    const keysOf = async () => (await (await fetch(`${running.url}/.well-known/jwks.json`)).json()).keys;
    const before = await keysOf();
    const guess = () => post("login", { email: "victim@example.com", password: "wrong one 1" });
    for (let attempt = 0; attempt < 10; attempt += 1) await guess();
    expect((await guess()).status).toBe(429);
    await running.stop();
    running = await start(config, silentLogger);
    expect(await keysOf()).toEqual(before);
    expect((await guess()).status).toBe(429);
  }, 20_000);

  test("survives a hundred logins at once: each is answered, or told to come again", async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        post("login", { email: `p${index}@example.com`, password: "wrong one 1" }),
      ),
    );
    expect(answers.filter(({ status }) => status !== 401 && status !== 503)).toEqual([]);
    expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(54);
    for (const answer of answers) expect(answer.headers.get("retry-after")).toBe(answer.status === 503 ? "2" : null);
  }, 60_000);

  test("has no mailbox page where mail is sent", async () => {
    expect((await fetch(`${running.url}/mailbox`)).status).toBe(404);
  });
});

describe("the settings of identity", () => {
  test("are all named at once when they are missing", () => {
    expect(() => readIdentityConfig({})).toThrow(/IDENTITY_ROLE_DATABASE_URL[\s\S]*SERVICE_SECRET[\s\S]*TEAM_URL/);
  });

  test("ask for an SMTP server, or the local mailbox", () => {
    const rest = { ...environment, IDENTITY_ROLE_DATABASE_URL: "postgres://x" };
    expect(() => readIdentityConfig(rest)).toThrow(/SMTP_URL/);
    expect(() => readIdentityConfig({ ...rest, MAIL: "pigeon" })).toThrow(/neither smtp nor mailbox/);
    expect(readIdentityConfig({ ...rest, MAIL: "mailbox" }).mail).toEqual({ kind: "mailbox" });
  });
});
