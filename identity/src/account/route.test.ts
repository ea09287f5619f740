import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { createApp } from "../app";
import { createTestIdentity, password, type TestIdentity } from "../test-identity";

let identity: TestIdentity;

beforeAll(async () => {
  identity = await createTestIdentity({ isHashReal: true });
}, 60_000);
afterAll(() => identity.close());

const register = (body: unknown, headers = {}) => identity.call("POST", "/api/v1/auth/register", { body, headers });

describe("registration", () => {
  test("makes an account, mails a link, and asks for a personal team", async () => {
    const email = "Ann.Lee@Example.com";
    const { status, body } = await register({ email, password, name: "Ann Lee" });
    expect({ status, body }).toEqual({ status: 201, body: { status: "registered", email } });
    const [row] = await identity.admin.sql`select * from account where email_canonical = 'ann.lee@example.com'`;
    expect(row).toMatchObject({ email, name: "Ann Lee", email_verified_at: null });
    expect(row?.password_hash).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
    expect(await identity.mailTo(email)).toMatchObject([{ subject: "Confirm your email address" }]);
    await Bun.sleep(50);
    expect(identity.access.has(row?.id)).toBe(true);
  });

  test("answers a known address the same, byte for byte, changes nothing, and tells the owner", async () => {
    const { email } = await identity.register();
    const stored = () =>
      identity.admin.sql`select id, name, password_hash, email_verified_at from account where email = ${email}`;
    const before = await stored();
    const again = await register({ email, password: "another password", name: "Eve" });
    const fresh = `${newId()}@example.com`;
    const first = await register({ email: fresh, password: "another password", name: "Eve" });
    expect(again.status).toBe(first.status);
    expect(again.text.replace(email, "*")).toBe(first.text.replace(fresh, "*"));
    const shown = (headers: Headers) => [...headers].filter(([name]) => name !== "x-request-id");
    expect(shown(again.headers)).toEqual(shown(first.headers));
    expect(await stored()).toEqual(before);
    expect((await identity.mailTo(email))[0]?.subject).toBe("You already have an account");
  });

  test("takes as long for a known address as for a new one", async () => {
    const { email } = await identity.register();
    const known: number[] = [];
    const fresh: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      known.push(await elapsedMs(() => register({ email, password, name: "Eve" })));
      fresh.push(await elapsedMs(() => register({ email: `${newId()}@example.com`, password, name: "Eve" })));
    }
    // The hash alone takes tens of milliseconds: without it one would be a fraction of the other.
    expect(Math.min(...known)).toBeGreaterThan(Math.min(...fresh) / 4);
    expect(Math.min(...fresh)).toBeGreaterThan(Math.min(...known) / 4);
  }, 30_000);

  test("of one address by twenty at once makes one account", async () => {
    const email = `${newId()}@example.com`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => register({ email, password, name: "Ann" })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const rows = await identity.admin.sql`select 1 from account where email = ${email}`;
    expect(rows).toHaveLength(1);
  }, 20_000);

  test("mails one address a few times only, whoever registers it", async () => {
    const { email } = await identity.register();
    for (let round = 0; round < 6; round += 1) await register({ email, password, name: "Eve" });
    expect(await identity.mailTo(email)).toHaveLength(3);
  }, 20_000);

  test.each([
    [{ email: "nobody" }, "EMAIL_INVALID"],
    [{ email: "a@b\r\nBcc: x@y.example" }, "EMAIL_INVALID"],
    [{ password: "short 1" }, "PASSWORD_TOO_SHORT"],
    [{ password: "x7".repeat(65) }, "PASSWORD_TOO_LONG"],
    [{ password: "password123" }, "PASSWORD_TOO_COMMON"],
    [{ password: "bob@example.com" }, "PASSWORD_TOO_COMMON"],
    [{ name: " " }, "NAME_INVALID"],
    [{ name: "a\u0000b" }, "NAME_INVALID"],
    [{ name: 7 }, "INVALID_BODY"],
    [{ role: "admin" }, "INVALID_BODY"],
    [{ id: newId() }, "INVALID_BODY"],
    [{ emailVerifiedAt: "2026-01-01" }, "INVALID_BODY"],
  ])("is refused with 422: %j", async (wrong, code) => {
    const answer = await register({ email: "bob@example.com", password, name: "Bob", ...wrong });
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 422, code });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.text).not.toContain("password123");
    expect(await identity.admin.sql`select 1 from account where email = 'bob@example.com'`).toHaveLength(0);
  });

  test("is refused with 400 when the body is not JSON, and with 413 when it is too large", async () => {
    expect(await register("{")).toMatchObject({ status: 400, body: { code: "MALFORMED_JSON" } });
    expect(await register({ email: "x".repeat(70_000) })).toMatchObject({ status: 413 });
  });

  test("is limited for each network", async () => {
    const app = identity.withSettings({
      limits: { ...identity.deps.settings.limits, registerNetwork: { capacity: 2, perHour: 2 } },
    });
    const from = (address: string) =>
      app.handle(
        new Request("http://localhost/api/v1/auth/register", {
          method: "POST",
          headers: { "content-type": "application/json", "x-forwarded-for": address },
          body: JSON.stringify({ email: `${newId()}@example.com`, password, name: "Bot" }),
        }),
      );
    const statuses = [];
    for (const address of ["203.0.113.1", "203.0.113.2", "203.0.113.3", "198.51.100.1"]) {
      statuses.push((await from(address)).status);
    }
    expect(statuses).toEqual([201, 201, 429, 201]);
    const refused = await from("203.0.113.9");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
  });

  test("works while team is down; the first login makes up for it", async () => {
    identity.setTeamUp(false);
    const { email } = await identity.register();
    const login = () => identity.call("POST", "/api/v1/auth/login", { body: { email, password } });
    expect((await login()).status).toBe(503);
    identity.setTeamUp(true);
    expect((await login()).status).toBe(200);
  });

  test("does not wait for team", async () => {
    const never = () => new Promise<never>(() => {});
    const app = createApp({ ...identity.deps, team: { ensurePersonalTeam: never, readAccess: never } });
    const response = await app.handle(
      new Request("http://localhost/api/v1/auth/register", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: `${newId()}@example.com`, password, name: "Ann" }),
      }),
    );
    expect(response.status).toBe(201);
  });

  test("puts links of the configured address into mail, whatever the request says its host is", async () => {
    const email = `${newId()}@example.com`;
    const forged = { host: "evil.example", origin: "https://evil.example", "x-forwarded-host": "evil.example" };
    await register({ email, password, name: "Ann" }, forged);
    const [mail] = await identity.mailTo(email);
    expect(mail?.text).toContain("http://localhost:8080/api/v1/auth/verify-email?token=");
    expect(mail?.text).not.toContain("evil.example");
  });

  test("never repeats what was typed as a name in a mail", async () => {
    const email = `${newId()}@example.com`;
    await register({ email, password, name: "Win a prize at evil.example" });
    expect((await identity.mailTo(email))[0]?.text).not.toContain("evil.example");
  });
});

describe("the link in the mail", () => {
  const tokenFor = async (email: string) =>
    /token=([\w-]+)/.exec((await identity.mailTo(email))[0]?.text ?? "")?.[1] ?? "";
  const verify = (token: string) => identity.call("POST", "/api/v1/auth/verify-email", { body: { token } });
  const isVerified = async (email: string) =>
    (await identity.admin.sql`select email_verified_at from account where email = ${email}`)[0]?.email_verified_at !==
    null;

  test("is not used up by being opened, is by the button, and works once under twenty tries", async () => {
    const { email } = await identity.register();
    const token = await tokenFor(email);
    const page = await identity.call("GET", `/api/v1/auth/verify-email?token=${token}`);
    expect(page.status).toBe(200);
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    expect(await isVerified(email)).toBe(false);
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.find(({ status }) => status !== 200)).toMatchObject({ status: 422, body: { code: "LINK_INVALID" } });
    expect(await isVerified(email)).toBe(true);
  });

  test("is answered with a page when its form is sent", async () => {
    const { email } = await identity.register();
    const token = await tokenFor(email);
    const send = () =>
      identity.call("POST", "/api/v1/auth/verify-email", {
        body: `token=${token}`,
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
    expect(await send()).toMatchObject({ status: 200, text: expect.stringContaining("Your address is confirmed") });
    expect(await send()).toMatchObject({ status: 422, text: expect.stringContaining("not valid any more") });
  });

  test("ends after a day", async () => {
    const { email } = await identity.register();
    const token = await tokenFor(email);
    identity.pass(24 * 3_600_000 + 1);
    expect((await verify(token)).status).toBe(422);
    identity.pass(-24 * 3_600_000 - 1);
  });

  test("is stored as a hash only", async () => {
    const { email } = await identity.register();
    const token = await tokenFor(email);
    const dump = JSON.stringify([
      await identity.admin.sql`select token_hash::text from email_token`,
      await identity.admin.sql`select to_address, content_sealed::text, encode(content_sealed, 'escape') from mail`,
    ]);
    expect(token).toHaveLength(43);
    expect(dump).not.toContain(token);
    expect(dump).not.toContain("Confirm your email");
  });

  test("shows what came as a token as text", async () => {
    const page = await identity.call(
      "GET",
      `/api/v1/auth/verify-email?token=${encodeURIComponent('"><script>x</script>')}`,
    );
    expect(page.text).not.toContain("<script");
  });
});

describe("the account of a token", () => {
  test("is shown to its owner", async () => {
    const { email } = await identity.register();
    const login = await identity.call("POST", "/api/v1/auth/login", { body: { email, password } });
    const headers = { authorization: `Bearer ${login.body.accessToken}` };
    const me = await identity.call("GET", "/api/v1/auth/me", { headers });
    expect(me.body).toEqual({ id: expect.any(String), email, name: "Ann", emailVerified: false });
    await identity.admin.sql`update account set disabled_at = now() where email = ${email}`;
    expect((await identity.call("GET", "/api/v1/auth/me", { headers })).status).toBe(401);
  });
});

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}
