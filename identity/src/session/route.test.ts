import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { createPasswordHasher } from "../account/password-hash";
import { createApp } from "../app";
import { type Browser, createTestIdentity, password, type TestIdentity } from "../test-identity";

let identity: TestIdentity;

beforeAll(async () => {
  identity = await createTestIdentity();
}, 60_000);
afterAll(() => identity.close());

const login = (body: unknown, browser?: Browser, headers = {}) =>
  identity.call("POST", "/api/v1/auth/login", { body, headers, ...(browser ? { browser } : {}) });
const refresh = (browser: Browser, headers = {}) => identity.call("POST", "/api/v1/auth/refresh", { browser, headers });
/** A browser with a fresh session. */
async function enter() {
  const { email } = await identity.register();
  const browser: Browser = new Map();
  const { body } = await login({ email, password }, browser);
  return { email, browser, accessToken: body.accessToken as string, accountId: body.account.id as string };
}
/** Logs in at another app over the same database. */
const loginAt = (app: TestIdentity["app"], body: unknown) =>
  app.handle(
    new Request("http://localhost/api/v1/auth/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

describe("logging in", () => {
  test("gives an access token with what the account may do, and the refresh cookie", async () => {
    const { email } = await identity.register("Log.In@example.com");
    const { status, body, headers } = await login({ email: "log.in@EXAMPLE.com", password });
    expect(status).toBe(200);
    const account = { id: expect.any(String), email, name: "Ann", emailVerified: false };
    expect(body).toEqual({ accessToken: expect.any(String), expiresInSeconds: 300, account });
    expect(claimsOf(body.accessToken)).toMatchObject({
      iss: "http://localhost:8080",
      aud: "dap-api",
      sub: body.account.id,
      email,
      email_verified: false,
      scope: "api",
      perm_ver: 1,
      teams: identity.access.get(body.account.id)?.teams,
    });
    const { iat, exp } = claimsOf(body.accessToken);
    expect(exp - iat).toBe(300);
    const [cookie] = headers.getSetCookie();
    expect(cookie).toMatch(/^dap_refresh=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test("over TLS sets __Host- cookies that are Secure", async () => {
    const { email } = await identity.register();
    const app = identity.withSettings({ publicUrl: "https://dap.example" });
    const response = await loginAt(app, { email, password });
    for (const cookie of response.headers.getSetCookie()) {
      expect(cookie).toMatch(/^__Host-dap_(refresh|device)=.*Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    }
  });

  test("answers an unknown address, a wrong password and a disabled account the same", async () => {
    const { email } = await identity.register();
    const disabled = await identity.register();
    await identity.admin.sql`update account set disabled_at = now() where email = ${disabled.email}`;
    const answers = [
      await login({ email: `${newId()}@example.com`, password }),
      await login({ email: "not an address", password }),
      await login({ email: `${email}\u0000`, password }),
      await login({ email, password: "wrong password" }),
      await login({ email, password: "x".repeat(500) }),
      await login({ email, password: "a\u0000b" }),
      await login({ email: disabled.email, password }),
    ];
    const shown = answers.map(({ status, body }) => ({ status, ...body, requestId: "" }));
    expect(new Set(shown.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(shown[0]).toMatchObject({ status: 401, code: "CREDENTIALS_WRONG" });
  });

  test("takes as long for an unknown address as for a known one", async () => {
    const { email } = await identity.register();
    const strong = createApp({ ...identity.deps, hasher: createPasswordHasher() });
    // Renews the hash: as strong as the dummy one.
    await loginAt(strong, { email, password });
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      known.push(await elapsedMs(() => loginAt(strong, { email, password: "wrong password" })));
      unknown.push(await elapsedMs(() => loginAt(strong, { email: `${newId()}@example.com`, password })));
    }
    // Without the dummy hash the unknown one would be a fraction of the known one.
    expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 4);
    expect(Math.min(...known)).toBeGreaterThan(Math.min(...unknown) / 4);
  });

  test("lets ten wrong passwords in, then none, also after a restart, but the owner's own browser", async () => {
    const { email, browser } = await enter();
    const codes: string[] = [];
    for (let attempt = 0; attempt < 13; attempt += 1)
      codes.push((await login({ email, password: "wrong one" })).body.code);
    expect(codes.filter((code) => code === "CREDENTIALS_WRONG")).toHaveLength(10);
    const refused = await login({ email, password });
    expect(refused).toMatchObject({ status: 429, body: { code: "TOO_MANY_ATTEMPTS" } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await login({ email, password }, browser)).status).toBe(200);
    identity.pass(3_600_000);
    expect((await login({ email, password })).status).toBe(200);
  }, 20_000);

  test("does not spend the attempts of one who knows the password", async () => {
    const { email } = await identity.register();
    for (let round = 0; round < 15; round += 1) expect((await login({ email, password })).status).toBe(200);
  }, 20_000);

  test("does not spend attempts while too many log in at once", async () => {
    const { email } = await identity.register();
    const app = createApp({ ...identity.deps, hasher: createPasswordHasher({ inFlightMax: 0, queueMax: 0 }) });
    for (let round = 0; round < 12; round += 1) {
      const response = await loginAt(app, { email, password });
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ code: "TOO_BUSY" });
    }
    expect((await login({ email, password })).status).toBe(200);
  });

  test("does not take another account's device for a known one", async () => {
    const eve = await enter();
    const victim = await identity.register();
    const codes: string[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      codes.push((await login({ email: victim.email, password: "wrong one" }, eve.browser)).body.code);
    }
    expect(codes.at(-1)).toBe("TOO_MANY_ATTEMPTS");
  }, 20_000);

  test("makes a hash with today's parameters of one that was made with weaker ones", async () => {
    const { email } = await identity.register();
    const strong = createApp({ ...identity.deps, hasher: createPasswordHasher() });
    expect((await loginAt(strong, { email, password })).status).toBe(200);
    const [row] = await identity.admin.sql`select password_hash from account where email = ${email}`;
    expect(row?.password_hash).toStartWith("$argon2id$v=19$m=19456,t=2,");
  });

  test("waits for the address to be confirmed where that is asked for", async () => {
    const { email } = await identity.register();
    const app = identity.withSettings({ requireVerifiedEmail: true });
    const tryLogin = async (word: string) => (await (await loginAt(app, { email, password: word })).json()).code;
    expect(await tryLogin(password)).toBe("EMAIL_NOT_VERIFIED");
    expect(await tryLogin("wrong one")).toBe("CREDENTIALS_WRONG");
  });

  test("is refused with 422 for a body that is none, and takes no other names", async () => {
    expect((await login({ email: 1, password })).body.code).toBe("INVALID_BODY");
    expect((await login({ email: "a@example.com", password, teams: {} })).status).toBe(422);
    expect((await login({ email: { $ne: "" }, password: { $ne: "" } })).status).toBe(422);
  });

  test("answers 503 with Retry-After while team does not answer", async () => {
    const { email } = await identity.register();
    identity.setTeamUp(false);
    expect((await login({ email, password })).status).toBe(503);
    identity.setTeamUp(true);
  });
});

describe("refreshing", () => {
  test("exchanges the cookie, and tells what the account may do now", async () => {
    const { browser, accountId } = await enter();
    const before = browser.get("dap_refresh");
    identity.access.set(accountId, { teams: { [newId()]: "viewer" }, permVer: 9 });
    const { status, body } = await refresh(browser);
    expect(status).toBe(200);
    expect(claimsOf(body.accessToken)).toMatchObject({ perm_ver: 9, teams: identity.access.get(accountId)?.teams });
    expect(browser.get("dap_refresh")).not.toBe(before);
    expect((await refresh(browser)).status).toBe(200);
  });

  test("of one cookie twenty times at once gives one successor", async () => {
    const { browser } = await enter();
    const tabs = Array.from({ length: 20 }, () => new Map(browser));
    const answers = await Promise.all(tabs.map((tab) => refresh(tab)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(new Set(tabs.map((tab) => tab.get("dap_refresh"))).size).toBe(1);
    const [{ count } = { count: 0 }] = await identity.admin.sql<{ count: number }[]>`
      select count(*)::int as count from refresh_token where session_id = ${claimsOf(answers[0]?.body.accessToken).sid}`;
    expect(count).toBe(2);
  });

  test("gives the same again when the answer was lost", async () => {
    const { browser } = await enter();
    const lost = new Map(browser);
    await refresh(lost);
    identity.pass(9_000);
    expect((await refresh(browser)).status).toBe(200);
    expect(browser.get("dap_refresh")).toBe(lost.get("dap_refresh"));
    expect((await refresh(browser)).status).toBe(200);
  });

  test("with a used cookie after ten seconds ends the session for whoever has it", async () => {
    const { browser } = await enter();
    const thief = new Map(browser);
    await refresh(browser);
    identity.pass(10_001);
    const caught = await refresh(thief);
    expect(caught).toMatchObject({ status: 401, body: { code: "REFRESH_REUSED" } });
    expect(thief.has("dap_refresh")).toBe(false);
    expect(await refresh(browser)).toMatchObject({ status: 401, body: { code: "REFRESH_INVALID" } });
  });

  test("with a used cookie in another browser ends the session at once", async () => {
    const { browser } = await enter();
    const thief = new Map(browser);
    await refresh(browser);
    expect((await refresh(thief, { "user-agent": "curl/8.0" })).body.code).toBe("REFRESH_REUSED");
    expect((await refresh(browser)).status).toBe(401);
  });

  test("does not use the cookie up while team does not answer", async () => {
    const { browser } = await enter();
    identity.setTeamUp(false);
    expect((await refresh(browser)).status).toBe(503);
    identity.setTeamUp(true);
    expect((await refresh(browser)).status).toBe(200);
  });

  test("ends after 7 idle days, and after 30 days anyhow", async () => {
    const idle = await enter();
    identity.pass(7 * 86_400_000);
    expect((await refresh(idle.browser)).body.code).toBe("REFRESH_INVALID");
    const busy = await enter();
    for (let week = 0; week < 5; week += 1) {
      identity.pass(6 * 86_400_000);
      const { status } = await refresh(busy.browser);
      expect(`${week}: ${status}`).toBe(`${week}: ${week < 4 ? 200 : 401}`);
    }
  });

  test("is refused without a cookie, with a made-up one, with an access token, and for a disabled account", async () => {
    const { browser, accessToken, email } = await enter();
    const withCookie = (value: string) => refresh(new Map([["dap_refresh", value]]));
    expect((await refresh(new Map())).body.code).toBe("REFRESH_INVALID");
    for (const value of ["", "x", "A".repeat(43), accessToken]) {
      expect((await withCookie(value)).body.code).toBe("REFRESH_INVALID");
    }
    await identity.admin.sql`update account set disabled_at = now() where email = ${email}`;
    expect((await refresh(browser)).status).toBe(401);
  });

  test.each([
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "same-site", origin: "http://localhost:8080" }, 403],
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: "http://localhost:8080.evil.example" }, 403],
    [{ origin: "http://localhost:8080" }, 200],
    [{ "sec-fetch-site": "same-origin", origin: "http://127.0.0.1:8080" }, 200],
    [{}, 200],
  ])("from %j is answered %d", async (headers, status) => {
    const { browser } = await enter();
    expect((await refresh(browser, headers)).status).toBe(status);
    expect((await identity.call("POST", "/api/v1/auth/logout", { browser, headers })).status).toBe(
      status === 200 ? 204 : 403,
    );
  });

  test("keeps hashes only: no token is in the database", async () => {
    const { browser } = await enter();
    const first = browser.get("dap_refresh") ?? "";
    await refresh(browser);
    const tokens = [first, browser.get("dap_refresh") ?? "", browser.get("dap_device") ?? ""];
    const rows = await identity.admin.sql`
      select encode(token_hash, 'base64') as hash, encode(successor_sealed, 'base64') as sealed from refresh_token
      union all select encode(token_hash, 'base64'), null from known_device`;
    const dump = JSON.stringify(rows);
    for (const token of tokens) {
      expect(token).toHaveLength(43);
      expect(dump).not.toContain(Buffer.from(token, "base64url").toString("base64").slice(0, 40));
    }
  });
});

describe("logging out", () => {
  test("ends the session and takes the cookie back", async () => {
    const { browser } = await enter();
    const kept = new Map(browser);
    expect((await identity.call("POST", "/api/v1/auth/logout", { browser })).status).toBe(204);
    expect(browser.has("dap_refresh")).toBe(false);
    expect((await refresh(kept)).body.code).toBe("REFRESH_INVALID");
  });

  test("without a session is fine", async () => {
    expect((await identity.call("POST", "/api/v1/auth/logout")).status).toBe(204);
  });
});

describe("the sessions of an account", () => {
  test("are listed, newest first, and ended one by one", async () => {
    const { email, accessToken, browser } = await enter();
    const other: Browser = new Map();
    await login({ email, password }, other, { "user-agent": "Mozilla/5.0 (iPhone) Safari/605" });
    const headers = { authorization: `Bearer ${accessToken}` };
    const { body } = await identity.call("GET", "/api/v1/auth/sessions", { headers });
    expect(body.items).toMatchObject([
      { userAgent: expect.stringContaining("iPhone"), isCurrent: false },
      { isCurrent: true },
    ]);
    const path = `/api/v1/auth/sessions/${body.items[0].id}`;
    expect((await identity.call("DELETE", path, { headers })).status).toBe(204);
    expect((await identity.call("DELETE", path, { headers })).status).toBe(404);
    expect((await refresh(other)).status).toBe(401);
    expect((await refresh(browser)).status).toBe(200);
  });

  test("come in pages", async () => {
    const { email, accessToken } = await enter();
    for (let round = 0; round < 2; round += 1) await login({ email, password });
    const headers = { authorization: `Bearer ${accessToken}` };
    const first = await identity.call("GET", "/api/v1/auth/sessions?limit=2", { headers });
    const next = await identity.call("GET", `/api/v1/auth/sessions?limit=2&cursor=${first.body.nextCursor}`, {
      headers,
    });
    expect([first.body.items.length, next.body.items.length, next.body.nextCursor]).toEqual([2, 1, null]);
    expect((await identity.call("GET", "/api/v1/auth/sessions?cursor=x", { headers })).status).toBe(422);
  });

  test("of others look like ones that are not there", async () => {
    const [ann, eve] = [await enter(), await enter()];
    const headers = { authorization: `Bearer ${eve.accessToken}` };
    for (const id of [claimsOf(ann.accessToken).sid, newId(), "no-uuid"]) {
      expect((await identity.call("DELETE", `/api/v1/auth/sessions/${id}`, { headers })).status).toBe(404);
    }
    expect((await refresh(ann.browser)).status).toBe(200);
  });
});

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}
