import { createHash } from "node:crypto";
import type { Principal } from "@dap/contract";

/** Verified tokens, by the token's hash, so that a memory dump holds no usable token. */
export type TokenCache = {
  readonly find: (token: string, nowMs: number) => Principal | undefined;
  readonly keep: (token: string, principal: Principal, untilMs: number) => void;
};

export function createTokenCache(entriesMax = 10_000): TokenCache {
  const entries = new Map<string, { readonly principal: Principal; readonly untilMs: number }>();
  return {
    find: (token, nowMs) => {
      const hash = hashOf(token);
      const entry = entries.get(hash);
      if (entry === undefined || entry.untilMs > nowMs) return entry?.principal;
      entries.delete(hash);
      return undefined;
    },
    keep: (token, principal, untilMs) => {
      // A Map iterates in order of insertion: its first key is the oldest.
      const oldest = entries.size >= entriesMax ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
      entries.set(hashOf(token), { principal, untilMs });
    },
  };
}

const hashOf = (token: string): string => createHash("sha256").update(token).digest("base64");
