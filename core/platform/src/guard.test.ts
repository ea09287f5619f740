import { afterAll, describe, expect, test } from "bun:test";
import type { Principal } from "@dap/contract";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { type Authenticator, authorize, createAuthenticator, requireAccount, requireService } from "./guard";
import { serve } from "./http";
import { newId } from "./id";
import { Secret } from "./secret";
import { mintServiceToken, serviceFetch } from "./service-token";

const serviceSecret = new Secret("s".repeat(40));
const issuer = "https://dap.test";
const audience = "dap-api";
const team = newId();
const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
const foreign = await generateKeyPair("EdDSA", { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "EdDSA", use: "sig" };

let fetched = 0;
const keyServer = serve(() => Response.json({ keys: [jwk, fetched++].slice(0, 1) }), { port: 0 });
afterAll(() => keyServer.stop());
const options = { issuer, audience, serviceSecret };
const authenticate = createAuthenticator({ ...options, jwksUrl: keyServer.url });

const claims = {
  sub: newId(),
  sid: newId(),
  email: "ada@example.com",
  email_verified: true,
  teams: { [team]: "editor" },
  scope: "",
  perm_ver: 1,
};
type Change = {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly key?: CryptoKey | Uint8Array;
};
const nowS = () => Math.floor(Date.now() / 1000);

function sign(change: Change = {}): Promise<string> {
  const payload = { ...claims, iss: issuer, aud: audience, iat: nowS(), exp: nowS() + 300, ...change.claims };
  const header = { alg: "EdDSA", kid: "k1", typ: "at+jwt", ...change.header };
  return new SignJWT(payload).setProtectedHeader(header).sign(change.key ?? privateKey);
}

const ask = (token: string, by: Authenticator = authenticate) =>
  by(new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } }));

describe("an authenticator", () => {
  test("believes a right token, and fetches the keys once", async () => {
    for (let round = 0; round < 3; round++) {
      expect(await ask(await sign({ claims: { scope: String(round) } }))).toEqual({
        kind: "account",
        accountId: claims.sub,
        sessionId: claims.sid,
        email: "ada@example.com",
        emailVerified: true,
        teams: { [team]: "editor" },
        permVer: 1,
      });
    }
    expect(fetched).toBe(1);
  });

  const publicBytes = new TextEncoder().encode(JSON.stringify(jwk));
  const attacks: Record<string, () => Promise<string>> = {
    "signed by another key": () => sign({ key: foreign.privateKey }),
    "signed by another key that it brings along": async () =>
      sign({ key: foreign.privateKey, header: { jwk: await exportJWK(foreign.publicKey) } }),
    "pointing to keys of its own": () => sign({ key: foreign.privateKey, header: { jku: "https://evil.test/jwks" } }),
    "with a key id that is a path": () => sign({ key: foreign.privateKey, header: { kid: "../../dev/null" } }),
    "signed with the public key as HS256 secret": () => sign({ key: publicBytes, header: { alg: "HS256" } }),
    "without signature": async () => {
      const [, payload] = (await sign()).split(".");
      return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url")}.${payload}.`;
    },
    "of another issuer": () => sign({ claims: { iss: "https://evil.test" } }),
    "for another audience": () => sign({ claims: { aud: "embed" } }),
    "of another type": () => sign({ header: { typ: "refresh+jwt" } }),
    "that has expired": () => sign({ claims: { exp: nowS() - 31 } }),
    "that is not valid yet": () => sign({ claims: { nbf: nowS() + 60 } }),
    "without expiry": () => sign({ claims: { exp: undefined } }),
    "with a role that does not exist": () => sign({ claims: { teams: { [team]: "god" } } }),
    "whose subject is no account": () => sign({ claims: { sub: "root" } }),
  };
  for (const [name, make] of Object.entries(attacks)) {
    test(`does not believe a token ${name}`, async () => {
      expect(await ask(await make())).toBeUndefined();
    });
  }

  test("does not believe rubbish, nor a header of another scheme", async () => {
    for (const token of ["", "a", "a.b.c", "..", "dap_unknown", "x".repeat(20_000)])
      expect(await ask(token)).toBeUndefined();
    const basic = new Request("http://localhost/", { headers: { authorization: "Basic YTpi" } });
    expect(await authenticate(basic)).toBeUndefined();
    expect(await authenticate(new Request("http://localhost/"))).toBeUndefined();
  });

  test("forgets a token when it expires, though it was kept", async () => {
    const token = await sign({ claims: { exp: nowS() - 4 } }); // within the leeway for clocks that differ
    const short = createAuthenticator({ ...options, localKeys: { keys: [jwk] } });
    expect(await ask(token, short)).toMatchObject({ kind: "account" });
    await Bun.sleep(2_500);
    expect(await ask(token, short)).toBeUndefined();
  });

  test("says 503 instead of 401 when the keys cannot be fetched", async () => {
    const lost = createAuthenticator({ ...options, jwksUrl: "http://127.0.0.1:1/jwks" });
    await expect(ask(await sign(), lost)).rejects.toMatchObject({ status: 503, code: "IDENTITY_UNAVAILABLE" });
  });

  test("leaves API keys to the one who knows them, and remembers the answer for a while", async () => {
    let asked = 0;
    const principal: Principal = { kind: "apiKey", keyId: newId(), teamId: team, permissions: ["run:read"] };
    const findApiKey = async (key: string) => {
      asked++;
      return key === "dap_right" ? principal : undefined;
    };
    const withKeys = createAuthenticator({ ...options, localKeys: { keys: [jwk] }, findApiKey });
    expect(await ask("dap_right", withKeys)).toEqual(principal);
    expect(await ask("dap_right", withKeys)).toEqual(principal);
    expect(asked).toBe(1);
    expect(await ask("dap_wrong", withKeys)).toBeUndefined();
  });

  test("asks whether the rights have changed, also for a token it has kept", async () => {
    let isStale = false;
    const strict = createAuthenticator({ ...options, localKeys: { keys: [jwk] }, isStale: () => isStale });
    const token = await sign();
    expect(await ask(token, strict)).toBeDefined();
    isStale = true;
    expect(await ask(token, strict)).toBeUndefined();
  });

  test("knows services by their token, and only by the right secret", async () => {
    expect(await ask(await mintServiceToken("data", serviceSecret))).toEqual({ kind: "service", name: "data" });
    expect(await ask(await mintServiceToken("data", new Secret("t".repeat(40))))).toBeUndefined();
    const forged = (change: Change) =>
      sign({
        key: new TextEncoder().encode(serviceSecret.reveal()),
        header: { alg: "HS256", ...change.header },
        claims: { ...change.claims },
      });
    const header = { typ: "dap-service+jwt" };
    expect(await ask(await forged({ header, claims: { sub: "data", aud: "dap-service" } }))).toBeDefined();
    expect(await ask(await forged({ header, claims: { sub: "data" } }))).toBeUndefined();
    expect(await ask(await forged({ header, claims: { sub: "root", aud: "dap-service" } }))).toBeUndefined();
    expect(await ask(await forged({ claims: { sub: "data", aud: "dap-service" } }))).toBeUndefined();
  });

  test("costs well under 0.2 ms for a token it has seen", async () => {
    const token = await sign();
    await ask(token);
    const startMs = performance.now();
    for (let round = 0; round < 1_000; round++) await ask(token);
    expect((performance.now() - startMs) / 1_000).toBeLessThan(0.2);
  });
});

describe("authorize", () => {
  const editor: Principal = {
    kind: "account",
    accountId: newId(),
    sessionId: newId(),
    email: "",
    emailVerified: true,
    teams: { [team]: "editor" },
    permVer: 1,
  };
  const service: Principal = { kind: "service", name: "data" };
  const statusOf = (run: () => unknown): number => {
    try {
      run();
      return 200;
    } catch (error) {
      return error instanceof Error && "status" in error ? Number(error.status) : 0;
    }
  };

  test("says 401 to nobody, 404 to strangers, 403 to those without the right, and lets the others pass", () => {
    expect(statusOf(() => authorize(undefined, team, "run:read"))).toBe(401);
    expect(statusOf(() => authorize(editor, newId(), "run:read"))).toBe(404);
    expect(statusOf(() => authorize(editor, "constructor", "run:read"))).toBe(404);
    expect(statusOf(() => authorize(service, team, "run:read"))).toBe(404);
    expect(statusOf(() => authorize(editor, team, "team:delete"))).toBe(403);
    expect(statusOf(() => authorize(editor, team, "workflow:update"))).toBe(200);
  });

  test("keeps accounts and services apart", () => {
    expect(statusOf(() => requireService(editor))).toBe(404);
    expect(statusOf(() => requireService(undefined))).toBe(404);
    expect(statusOf(() => requireService(service, ["team"]))).toBe(404);
    expect(statusOf(() => requireService(service, ["data"]))).toBe(200);
    expect(statusOf(() => requireAccount(service))).toBe(403);
    expect(statusOf(() => requireAccount(undefined))).toBe(401);
  });
});

describe("a call to another service", () => {
  let drops = 0;
  const other = serve(
    async (request) => {
      const url = new URL(request.url);
      if (url.pathname === "/flaky" && drops++ === 0) return new Response("{not json");
      if (url.pathname === "/refuse")
        return Response.json({ code: "NO_SUCH_RUN", detail: "No such run." }, { status: 404 });
      if (url.pathname === "/empty") return new Response(null, { status: 204 });
      return Response.json({ who: await authenticate(request), body: await request.text() });
    },
    { port: 0 },
  );
  afterAll(() => other.stop());
  const call = serviceFetch(other.url, "compute", serviceSecret);

  test("carries the service's name and the body", async () => {
    expect(await call("/", { method: "PUT", body: { a: 1 } })).toEqual({
      who: { kind: "service", name: "compute" },
      body: '{"a":1}',
    });
    expect(await call("/empty")).toBeUndefined();
  });

  test("throws the refusal it was given", async () => {
    await expect(call("/refuse")).rejects.toMatchObject({ status: 404, code: "NO_SUCH_RUN", message: "No such run." });
  });

  test("fails with 503 when nobody answers", async () => {
    const lost = serviceFetch("http://127.0.0.1:1", "compute", serviceSecret);
    await expect(lost("/")).rejects.toMatchObject({ status: 503, code: "SERVICE_UNAVAILABLE" });
  });
});
