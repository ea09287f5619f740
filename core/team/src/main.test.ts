import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { newId } from "@dap/platform/id";
import { silentLogger } from "@dap/platform/log";
import { Secret } from "@dap/platform/secret";
import { mintServiceToken, serviceFetch } from "@dap/platform/service-token";
import { createTestDatabase } from "@dap/platform/test-postgres";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { readTeamConfig } from "./config";
import { start } from "./main";

const serviceSecret = new Secret("a secret of more than thirty-two characters");
const keys = await generateKeyPair("EdDSA", { extractable: true });
const told: { path: string; authorization: string | null }[] = [];
/** Identity's keys and data's internal API. */
const neighbours = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/.well-known/jwks.json") {
      return Response.json({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "one", alg: "EdDSA", use: "sig" }] });
    }
    told.push({ path: `${request.method} ${pathname}`, authorization: request.headers.get("authorization") });
    return new Response(null, { status: 204 });
  },
});
let running: Awaited<ReturnType<typeof start>>;

beforeAll(async () => {
  const database = await createTestDatabase({ database: "team" });
  const neighbour = neighbours.url.origin;
  const config = readTeamConfig({
    PUBLIC_URL: "http://localhost:8080/",
    TEAM_DATABASE_URL: database.ownerUrl,
    TEAM_ROLE_DATABASE_URL: database.roleUrl("dap_team"),
    SERVICE_SECRET: serviceSecret.reveal(),
    IDENTITY_URL: neighbour,
    DATA_URL: neighbour,
  });
  running = await start({ ...config, dataUrl: () => neighbour }, silentLogger);
}, 60_000);
afterAll(async () => {
  await running.stop();
  await neighbours.stop(true);
});

const sign = (claims: object, { audience = "dap-api", typ = "at+jwt", expiresAt = "5m" } = {}) =>
  new SignJWT({ sid: newId(), email: "a@example.com", email_verified: true, scope: "api", perm_ver: 1, ...claims })
    .setProtectedHeader({ alg: "EdDSA", typ, kid: "one" })
    .setSubject(newId())
    .setIssuer("http://localhost:8080")
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(expiresAt)
    .sign(keys.privateKey);

const statusOf = async (path: string, token: string) =>
  (await fetch(`${running.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;

describe("the started team service", () => {
  test("migrates, makes a personal team for identity, and tells data with a service token", async () => {
    const ask = serviceFetch(running.url, "identity", serviceSecret);
    const body = { email: "ann@example.com", name: "Ann" };
    const answer = await ask(`/internal/accounts/${newId()}/personal-team`, { method: "PUT", body });
    expect(answer).toEqual({ teamId: expect.any(String), slug: "anns-team" });
    expect(told[0]?.path).toStartWith("PUT /internal/teams/");
    expect(told[0]?.authorization).toStartWith("Bearer ");
  });

  test("believes tokens of identity's keys, and no others", async () => {
    const teamId = newId();
    const good = await sign({ teams: { [teamId]: "owner" } });
    expect(await statusOf("/api/v1/teams", good)).toBe(200);
    const bad = {
      otherAudience: await sign({ teams: {} }, { audience: "dap-embed" }),
      otherType: await sign({ teams: {} }, { typ: "JWT" }),
      expired: await sign({ teams: {} }, { expiresAt: "-1m" }),
      noTeams: await sign({}),
      noSignature: `${good.split(".").slice(0, 2).join(".")}.`,
    };
    for (const [name, token] of Object.entries(bad)) {
      expect(`${name} ${await statusOf("/api/v1/teams", token)}`).toBe(`${name} 401`);
    }
    const service = await mintServiceToken("data", serviceSecret);
    expect(await statusOf("/api/v1/teams", service)).toBe(403);
    expect(await statusOf(`/internal/accounts/${newId()}/access`, good)).toBe(404);
    const forged = await mintServiceToken("web", new Secret("another secret, also of thirty-two characters"));
    expect(await statusOf(`/internal/accounts/${newId()}/access`, forged)).toBe(404);
  });

  test("names every setting that is missing at once", () => {
    expect(() => readTeamConfig({})).toThrow(
      /TEAM_ROLE_DATABASE_URL[\s\S]*SERVICE_SECRET[\s\S]*IDENTITY_URL[\s\S]*DATA_URL/,
    );
  });
});
