import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { newId } from "@dap/platform/id";
import { mintServiceToken } from "@dap/platform/service-token";
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from "jose";
import { type Browser, createTestIdentity, password, type TestIdentity } from "../test-identity";

let identity: TestIdentity;
let accountId: string;
let good: string;
const browser: Browser = new Map();

beforeAll(async () => {
  identity = await createTestIdentity();
  const { email } = await identity.register();
  const { body } = await identity.call("POST", "/api/v1/auth/login", { body: { email, password }, browser });
  accountId = body.account.id;
  good = body.accessToken;
}, 60_000);
afterAll(() => identity.close());

const statusOf = async (token: string) =>
  (await identity.call("GET", "/api/v1/auth/me", { headers: { authorization: `Bearer ${token}` } })).status;

type Forgery = {
  readonly header?: Partial<JWTHeaderParameters> & Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly issuer?: string;
  readonly audience?: string;
  readonly issuedAt?: number;
  readonly expiresAt?: number;
  readonly key?: CryptoKey;
};

const nowS = () => Math.floor(Date.now() / 1000);

/** A token that is right in all but what is given; signed with the real key unless `key` says otherwise. */
function forge({ header = {}, claims = {}, issuer, audience, issuedAt, expiresAt, key }: Forgery = {}) {
  const current = identity.deps.keys.current();
  const honest = { sid: newId(), email: "a@example.com", email_verified: true, teams: {}, scope: "api", perm_ver: 1 };
  return new SignJWT({ sub: accountId, ...honest, ...claims })
    .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: current.kid, ...header })
    .setIssuer(issuer ?? "http://localhost:8080")
    .setAudience(audience ?? "dap-api")
    .setIssuedAt(issuedAt ?? nowS())
    .setExpirationTime(expiresAt ?? nowS() + 300)
    .sign(key ?? current.privateKey);
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const payloadOf = (token: string) => token.split(".")[1] ?? "";

/** The public key as everybody can fetch it, taken for an HMAC secret. */
function signWithPublicKey(): string {
  const [key] = identity.deps.keys.published().keys;
  const text = `${encode({ alg: "HS256", typ: "at+jwt", kid: key?.kid })}.${payloadOf(good)}`;
  return `${text}.${createHmac("sha256", Buffer.from(key?.x ?? "", "base64url"))
    .update(text)
    .digest("base64url")}`;
}

async function withOwnKey(name: "jwk" | "none" | "unknownKid") {
  const own = await generateKeyPair("EdDSA", { extractable: true });
  if (name === "jwk") return forge({ key: own.privateKey, header: { jwk: await exportJWK(own.publicKey) } });
  return forge({ key: own.privateKey, header: name === "unknownKid" ? { kid: "unknown" } : {} });
}

describe("an access token", () => {
  test("is accepted when everything about it is right (so the table below tests what it says)", async () => {
    expect(await statusOf(good)).toBe(200);
    expect(await statusOf(await forge())).toBe(200);
  });

  const attacks: Readonly<Record<string, () => Promise<string> | string>> = {
    "with alg none": () => `${encode({ alg: "none", typ: "at+jwt" })}.${payloadOf(good)}.`,
    "with alg None and the old signature": () =>
      `${encode({ alg: "None", typ: "at+jwt" })}.${payloadOf(good)}.${good.split(".")[2]}`,
    "signed HS256 with the public key": signWithPublicKey,
    "signed by somebody else under our kid": () => withOwnKey("none"),
    "signed by somebody else under an unknown kid": () => withOwnKey("unknownKid"),
    "that brings its own key (jwk)": () => withOwnKey("jwk"),
    "that points to its own keys (jku)": async () =>
      forge({ key: (await generateKeyPair("EdDSA")).privateKey, header: { jku: "https://evil.example/jwks.json" } }),
    "with a kid that is a path": () => forge({ header: { kid: "../../../../dev/null" } }),
    "with a kid that is SQL": () => forge({ header: { kid: "' or 1=1 --" } }),
    "of another issuer": () => forge({ issuer: "https://evil.example" }),
    "for another audience": () => forge({ audience: "dap-embed" }),
    "for the services' audience": () => forge({ audience: "dap-service" }),
    "of type JWT": () => forge({ header: { typ: "JWT" } }),
    "of type embed": () => forge({ header: { typ: "embed+jwt" } }),
    "that has expired": () => forge({ issuedAt: nowS() - 1_000, expiresAt: nowS() - 60 }),
    "that is not valid yet": () => forge({ claims: { nbf: nowS() + 3_600 } }),
    "without a subject": () => forge({ claims: { sub: undefined } }),
    "with a subject that is no account id": () => forge({ claims: { sub: "admin" } }),
    "with a role that does not exist": () => forge({ claims: { teams: { [newId()]: "god" } } }),
    "with a critical header we do not know": () =>
      `${encode({ alg: "EdDSA", crit: ["x"], x: 1 })}.${payloadOf(good)}.AA`,
    "whose payload was changed": () => {
      const claims = JSON.parse(Buffer.from(payloadOf(good), "base64url").toString());
      return good.replace(payloadOf(good), encode({ ...claims, teams: { [newId()]: "owner" } }));
    },
    "cut short": () => good.slice(0, -10),
    "that is empty": () => "",
    "that is a refresh token": () => browser.get("dap_refresh") ?? "",
    "longer than any of ours": () => `${good}${"A".repeat(20_000)}`,
  };

  for (const [name, make] of Object.entries(attacks)) {
    test(`${name} is refused`, async () => {
      expect(await statusOf(await make())).toBe(401);
    });
  }

  test("of a service is no person's", async () => {
    expect(await statusOf(await mintServiceToken("data", identity.serviceSecret))).toBe(403);
  });

  test("is no refresh token", async () => {
    const stolen: Browser = new Map([["dap_refresh", good]]);
    expect((await identity.call("POST", "/api/v1/auth/refresh", { browser: stolen })).status).toBe(401);
  });

  test("in the query or a cookie is not looked at", async () => {
    expect((await identity.call("GET", `/api/v1/auth/me?access_token=${good}`)).status).toBe(401);
    const headers = { cookie: `access_token=${good}` };
    expect((await identity.call("GET", "/api/v1/auth/me", { headers })).status).toBe(401);
  });
});
