import { sha256 } from "@oslojs/crypto/sha2";
import { decodeBase64urlIgnorePadding, encodeBase64urlNoPadding } from "@oslojs/encoding";

const tokenBytes = 32;

/** A token of 256 random bits, fit for a URL or a cookie. Only its hash is ever stored. */
export function newToken(): string {
  return encodeBase64urlNoPadding(crypto.getRandomValues(new Uint8Array(tokenBytes)));
}

/** What is stored of a token, and looked up by: `undefined` when the text cannot be one. */
export function hashToken(token: string): Uint8Array | undefined {
  const bytes = tokenValue(token);
  return bytes && sha256(bytes);
}

/** The token's random bytes; `undefined` for anything that `newToken` would not have written. */
export function tokenValue(token: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return undefined;
  const bytes = decodeBase64urlIgnorePadding(token);
  return bytes.length === tokenBytes ? bytes : undefined;
}
