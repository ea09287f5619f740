import { readFileSync } from "node:fs";

type Part = Readonly<Record<string, unknown>>;

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** The header and the claims of a token, unverified. */
export function readToken(token: string): { readonly header: Part; readonly claims: Part } {
  const [header, claims] = token
    .split(".")
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()) as Part);
  return { header: header ?? {}, claims: claims ?? {} };
}

/** The platform's own key, as somebody with its folder has it: what only the owner of the machine can do. */
export function readSigningKey(dataDir: string, kid: unknown): Promise<CryptoKey> {
  const jwk = JSON.parse(readFileSync(`${dataDir}/secret/identity/${kid}.jwk.json`, "utf8")) as JsonWebKey;
  return crypto.subtle.importKey("jwk", jwk, { name: "Ed25519" }, false, ["sign"]);
}

/** A token with any header and claims, signed with any key. */
export async function signToken(header: Part, claims: Part, key: CryptoKey): Promise<string> {
  const text = `${encode(header)}.${encode(claims)}`;
  const algorithm = key.algorithm.name === "HMAC" ? "HMAC" : "Ed25519";
  const signature = await crypto.subtle.sign(algorithm, key, Buffer.from(text));
  return `${text}.${Buffer.from(signature).toString("base64url")}`;
}

/** A key for HS256 from any text. */
export const hmacKey = (text: string): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", Buffer.from(text), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

/** Tokens that nobody may believe, by what is wrong with them. `good` is one that is believed. */
export async function forgeTokens(
  good: string,
  key: CryptoKey,
  publicKey: JsonWebKey,
): Promise<Record<string, string>> {
  const { header, claims } = readToken(good);
  const signature = good.split(".")[2] ?? "";
  const nowS = Math.floor(Date.now() / 1000);
  const other = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const otherPublic = await crypto.subtle.exportKey("jwk", other.publicKey);
  const mine = (change: Part, headerChange: Part = {}) =>
    signToken({ ...header, ...headerChange }, { ...claims, ...change }, key);
  const foreign = (headerChange: Part) => signToken({ ...header, ...headerChange }, claims, other.privateKey);
  const kept = (headerChange: Part) => `${encode({ ...header, ...headerChange })}.${encode(claims)}.${signature}`;
  const hs = async (text: string, change: Part = {}, part: Part = claims) =>
    signToken({ ...header, alg: "HS256", ...change }, part, await hmacKey(text));
  const service = { sub: "edge", aud: "dap-service", iat: nowS, exp: nowS + 60 };
  return {
    "no signature": `${good.split(".").slice(0, 2).join(".")}.`,
    "alg none": `${encode({ ...header, alg: "none" })}.${encode(claims)}.`,
    "alg as a list": kept({ alg: ["EdDSA"] }),
    "HS256 with the public key": await hs(String(publicKey.x)),
    "HS256 with the public JWK": await hs(JSON.stringify(publicKey)),
    "a service by the public key": await hs(String(publicKey.x), { typ: "dap-service+jwt" }, service),
    "another issuer": await mine({ iss: "https://evil.example" }),
    "another audience": await mine({ aud: "other" }),
    "the services' audience": await mine({ aud: "dap-service" }),
    "another type": await mine({}, { typ: "JWT" }),
    expired: await mine({ exp: nowS - 60 }),
    "no expiry": await mine({ exp: undefined }),
    "not valid yet": await mine({ nbf: nowS + 3_600 }),
    "another key": await foreign({}),
    "its own jwk": await foreign({ jwk: otherPublic }),
    "its own jku": await foreign({ jku: "http://127.0.0.1:9/jwks.json" }),
    "a kid that is a path": await foreign({ kid: "../../../../dev/null" }),
    "a kid that is SQL": await foreign({ kid: "' or 1=1 --" }),
    "a kid that is an object": kept({ kid: { a: 1 } }),
    "an unknown critical header": kept({ crit: ["x"], x: 1 }),
    "a role that is none": await mine({ teams: { [String(Object.keys(claims.teams as object)[0])]: "god" } }),
    "a subject that is none": await mine({ sub: "admin" }),
    "no token at all": "null.null.null",
    "an API key that is none": "dap_0000000000000000",
  };
}
