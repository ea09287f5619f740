import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Browser, createTestIdentity, password, type TestIdentity } from "../test-identity";
import { setPassword } from "./set-password";

let identity: TestIdentity;

beforeAll(async () => {
  identity = await createTestIdentity();
}, 60_000);
afterAll(() => identity.close());

describe("a password set by the operator", () => {
  test("replaces the old one and ends all sessions", async () => {
    const { email } = await identity.register("Operator.Set@example.com");
    const browser: Browser = new Map();
    const login = (word: string) =>
      identity.call("POST", "/api/v1/auth/login", { body: { email, password: word }, browser });
    expect((await login(password)).status).toBe(200);
    const cookie = new Map(browser);
    await setPassword(identity.deps.db, "operator.set@example.com", "a new password");
    expect((await identity.call("POST", "/api/v1/auth/refresh", { browser: cookie })).status).toBe(401);
    expect((await login(password)).status).toBe(401);
    expect((await login("a new password")).status).toBe(200);
  });

  test("is refused for nobody, and when it is no good", async () => {
    const { email } = await identity.register();
    const codeOf = (work: Promise<void>) =>
      work.then(
        () => "done",
        (error: { code?: string }) => error.code,
      );
    expect(await codeOf(setPassword(identity.deps.db, "nobody@example.com", "a new password"))).toBe("ACCOUNT_UNKNOWN");
    expect(await codeOf(setPassword(identity.deps.db, email, "short"))).toBe("PASSWORD_TOO_SHORT");
  });
});
