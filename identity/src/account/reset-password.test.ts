import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { type Browser, createTestIdentity, password, type TestIdentity } from "../test-identity";

let identity: TestIdentity;

beforeAll(async () => {
  identity = await createTestIdentity();
}, 60_000);
afterAll(() => identity.close());

const post = (path: string, body: unknown, more = {}) =>
  identity.call("POST", `/api/v1/auth/${path}`, { body, ...more });
const newPassword = "another horse 8";

/** Asks for a link and waits for the mail, which is put into the outbox after the answer. */
async function askForToken(email: string, headers = {}): Promise<string> {
  await post("forgot", { email }, { headers });
  for (let wait = 0; wait < 100; wait += 1) {
    const [mail] = await identity.mailTo(email);
    const token = /http:\/\/localhost:8080\/api\/v1\/auth\/reset\?token=([\w-]{43})/.exec(mail?.text ?? "")?.[1];
    if (token) return token;
    await Bun.sleep(10);
  }
  return "";
}

describe("a forgotten password", () => {
  test("is asked about with the same answer for every address", async () => {
    const { email } = await identity.register();
    const answers = [await post("forgot", { email }), await post("forgot", { email: `${newId()}@example.com` })];
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual([
      '202 {"status":"accepted"}',
      '202 {"status":"accepted"}',
    ]);
    expect((await post("forgot", { email: "nobody" })).body.code).toBe("EMAIL_INVALID");
  });

  test("is replaced by the mailed token; every session ends, and the address is confirmed", async () => {
    const { email } = await identity.register();
    const browser: Browser = new Map();
    await post("login", { email, password }, { browser });
    const token = await askForToken(email, { host: "evil.example", "x-forwarded-host": "evil.example" });
    expect(await post("reset", { token, password: newPassword })).toMatchObject({
      status: 200,
      body: { status: "reset" },
    });
    expect((await identity.call("POST", "/api/v1/auth/refresh", { browser })).status).toBe(401);
    expect((await post("login", { email, password })).status).toBe(401);
    const login = await post("login", { email, password: newPassword });
    expect(login.body.account.emailVerified).toBe(true);
  });

  test("is replaced once under twenty tries", async () => {
    const { email } = await identity.register();
    const token = await askForToken(email);
    const tries = Array.from({ length: 20 }, (_, index) =>
      post("reset", { token, password: `${newPassword} ${index}` }),
    );
    const answers = await Promise.all(tries);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === "LINK_INVALID")).toHaveLength(19);
  }, 20_000);

  test("is not replaced by one that is refused, and the token stays good", async () => {
    const { email } = await identity.register();
    const token = await askForToken(email);
    expect((await post("reset", { token, password: "short" })).body.code).toBe("PASSWORD_TOO_SHORT");
    expect((await post("reset", { token, password: newPassword })).status).toBe(200);
  });

  test("is not replaced by an older token, after half an hour, or with the token of another purpose", async () => {
    const { email } = await identity.register();
    const verifyToken = /token=([\w-]+)/.exec((await identity.mailTo(email))[0]?.text ?? "")?.[1];
    const first = await askForToken(email);
    await post("forgot", { email });
    for (let wait = 0; wait < 100 && (await identity.mailTo(email)).length < 3; wait += 1) await Bun.sleep(10);
    const second = await askForToken(email);
    expect(second).not.toBe(first);
    const codeOf = async (token: unknown) => (await post("reset", { token, password: newPassword })).body.code;
    expect([await codeOf(first), await codeOf(verifyToken), await codeOf("x")]).toEqual(Array(3).fill("LINK_INVALID"));
    identity.pass(30 * 60_000 + 1);
    expect(await codeOf(second)).toBe("LINK_INVALID");
  });

  test("has a page with a form behind its link", async () => {
    const { email } = await identity.register();
    const token = await askForToken(email);
    const page = await identity.call("GET", `/api/v1/auth/reset?token=${token}`);
    expect(page.text).toContain(`value="${token}"`);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const form = new URLSearchParams({ token, password: newPassword }).toString();
    expect(await post("reset", form, { headers })).toMatchObject({
      status: 200,
      text: expect.stringContaining("Your password is changed"),
    });
    expect(await post("reset", form, { headers })).toMatchObject({
      status: 422,
      text: expect.stringContaining("not valid"),
    });
  });
});
