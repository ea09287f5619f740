import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { createLogger } from "@dap/platform/log";
import { createTestIdentity, type TestIdentity } from "./test-identity";

let identity: TestIdentity;
const lines: string[] = [];

beforeAll(async () => {
  identity = await createTestIdentity({
    log: createLogger({ service: "identity", write: (line) => lines.push(line) }),
  });
}, 60_000);
afterAll(() => identity.close());

/** Who may call each route. The reviewed table. */
const routes: Readonly<Record<string, "public" | "account">> = {
  "GET /openapi": "public",
  "GET /openapi.json": "public",
  "POST /api/v1/auth/register": "public",
  "POST /api/v1/auth/login": "public",
  "POST /api/v1/auth/refresh": "public",
  "POST /api/v1/auth/logout": "public",
  "GET /api/v1/auth/verify-email": "public",
  "POST /api/v1/auth/verify-email": "public",
  "POST /api/v1/auth/forgot": "public",
  "GET /api/v1/auth/reset": "public",
  "POST /api/v1/auth/reset": "public",
  "GET /api/v1/auth/me": "account",
  "GET /api/v1/auth/sessions": "account",
  "DELETE /api/v1/auth/sessions/:sessionId": "account",
  "GET /.well-known/jwks.json": "public",
  "GET /.well-known/openid-configuration": "public",
  "GET /mailbox": "public",
};

describe("the routes of identity", () => {
  test("are the ones of the reviewed table", () => {
    const found = identity.app.routes.map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(found)].sort()).toEqual(Object.keys(routes).sort());
  });

  test("refuse strangers with 401 unless they are public", async () => {
    for (const [key, who] of Object.entries(routes)) {
      if (who === "public") continue;
      const [method = "", path = ""] = key.split(" ");
      const answer = await identity.call(method, path.replace(":sessionId", newId()));
      expect({ key, status: answer.status, code: answer.body.code }).toEqual({
        key,
        status: 401,
        code: "UNAUTHENTICATED",
      });
    }
  });

  test("publish the public keys and where they are", async () => {
    const jwks = await identity.call("GET", "/.well-known/jwks.json");
    expect(jwks.body.keys).toHaveLength(2);
    expect(jwks.body.keys[0]).toMatchObject({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig" });
    expect(jwks.headers.get("cache-control")).toBe("public, max-age=300");
    const { body } = await identity.call("GET", "/.well-known/openid-configuration");
    expect(body).toMatchObject({
      issuer: "http://localhost:8080",
      jwks_uri: "http://localhost:8080/.well-known/jwks.json",
    });
  });

  test("are described by an OpenAPI document", async () => {
    const { body } = await identity.call("GET", "/openapi.json");
    expect(Object.keys(body.paths)).toContain("/api/v1/auth/login");
    expect(body.paths["/api/v1/auth/login"].post.requestBody.content["application/json"].schema.required).toEqual([
      "email",
      "password",
    ]);
  });

  test("tell nothing of what went wrong inside, and the log nothing of what was sent", async () => {
    await identity.admin.sql`alter table account rename to hidden`;
    const email = "canary@example.com";
    const answer = await identity.call("POST", "/api/v1/auth/login", { body: { email, password: "canary 12345" } });
    await identity.admin.sql`alter table hidden rename to account`;
    expect(answer).toMatchObject({ status: 500, body: { code: "INTERNAL" } });
    expect(lines.join("")).toContain("Failed query");
    expect(lines.join("")).not.toContain("canary");
    for (const secret of ["canary", "account", "select", "identity/src", "postgres"]) {
      expect(answer.text.toLowerCase()).not.toContain(secret);
    }
  });
});

describe("the role of identity's database", () => {
  test("has no way around what it was granted", async () => {
    const { db } = identity.deps;
    for (const statement of [
      "create table extra (id int)",
      "drop table account",
      "delete from account",
      "delete from signing_key",
      "copy account to program 'cat'",
      "select pg_read_file('/etc/passwd')",
      "set role dap_test_owner",
    ]) {
      const outcome = await db.execute(statement).then(
        () => "done",
        (error: Error) => String(error.cause),
      );
      expect(`${statement}: ${outcome}`).toMatch(/permission denied|must be owner|denied/);
    }
  });
});
