import type { Clock } from "@dap/platform/clock";
import type { Logger } from "@dap/platform/log";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from "jose";
import type { Database } from "../database/database";
import type { KeyState } from "../database/table/signing-key";
import type { KeyFolder } from "./key-file";
import { insertKey, type KeyRow, listLiveKeys, lockKeys, moveKey } from "./query";

export type SigningKey = { readonly kid: string; readonly privateKey: CryptoKey };

/** The keys as of the last load: what to sign with, and what to publish. */
export type KeyRing = {
  current(): SigningKey;
  /** Public halves of next, current and previous. */
  published(): JSONWebKeySet;
  /** Reads the keys again, making what is missing. Replicas call it every minute, to follow a rotation made elsewhere. */
  load(): Promise<void>;
  /** previous -> retired, current -> previous, next -> current, and a fresh next. */
  rotate(): Promise<RotateOutcome>;
};

export type RotateOutcome =
  | { readonly kind: "rotated"; readonly kid: string }
  /** Verifiers may not have seen the next key yet. */
  | { readonly kind: "tooEarly"; readonly readyAtMs: number };

export type KeyRingDeps = {
  readonly db: Database;
  readonly folder: KeyFolder;
  readonly clock: Clock;
  readonly log: Logger;
};

/** A verifier keeps what it has fetched for so long: the next key is published at least that long before it signs. */
export const jwksCacheMs = 10 * 60_000;

/** Opens the key ring; makes the first keys when there are none. */
export async function openKeyRing(deps: KeyRingDeps): Promise<KeyRing> {
  let ring = await loadRing(deps);
  return {
    current: () => ring.current,
    published: () => ring.published,
    async load() {
      ring = await loadRing(deps);
    },
    async rotate() {
      const outcome = await rotateKeys(deps);
      ring = await loadRing(deps);
      return outcome;
    },
  };
}

type Ring = { readonly current: SigningKey; readonly published: JSONWebKeySet };

async function loadRing(deps: KeyRingDeps): Promise<Ring> {
  const { kid, privateKey } = await deps.db.transaction(async (tx) => {
    await lockKeys(tx);
    const current = await ensureCurrent(tx, deps, await listLiveKeys(tx));
    const hasNext = (await listLiveKeys(tx)).some((row) => row.state === "next");
    if (!hasNext) await createKey(tx, deps, "next");
    return current;
  });
  const rows = await listLiveKeys(deps.db);
  return { current: { kid, privateKey }, published: { keys: rows.map((row) => row.publicJwk) } };
}

/** The current key with its private half. One whose file is lost can sign no more: it stays published, and another takes over. */
async function ensureCurrent(tx: Database, deps: KeyRingDeps, rows: readonly KeyRow[]): Promise<SigningKey> {
  const current = rows.find((row) => row.state === "current");
  if (current === undefined) return createKey(tx, deps, "current");
  const privateKey = await deps.folder.read(current.kid);
  if (privateKey) return { kid: current.kid, privateKey };
  deps.log.warn("The private half of the signing key is missing; a new key takes over.", { kid: current.kid });
  const previous = rows.find((row) => row.state === "previous");
  const now = new Date(deps.clock.nowMs());
  if (previous) await moveKey(tx, previous.kid, "retired", now);
  await moveKey(tx, current.kid, "previous", now);
  return createKey(tx, deps, "current");
}

async function createKey(tx: Database, deps: KeyRingDeps, state: KeyState): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", { extractable: true });
  const bare: JWK = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(bare);
  // The file first: a row without its file could not sign, a file without its row harms nobody.
  await deps.folder.write(kid, privateKey);
  const publicJwk: JWK = { ...bare, kid, use: "sig", alg: "EdDSA" };
  await insertKey(tx, { kid, state, publicJwk }, new Date(deps.clock.nowMs()));
  return { kid, privateKey };
}

const rotateKeys = (deps: KeyRingDeps): Promise<RotateOutcome> =>
  deps.db.transaction(async (tx) => {
    await lockKeys(tx);
    const rows = await listLiveKeys(tx);
    const find = (state: KeyState) => rows.find((row) => row.state === state);
    const [next, current, previous] = [find("next"), find("current"), find("previous")];
    const now = new Date(deps.clock.nowMs());
    const readyAtMs = (next?.createdAt ?? now).getTime() + jwksCacheMs;
    if (!next || readyAtMs > now.getTime()) return { kind: "tooEarly", readyAtMs };
    if (previous) await moveKey(tx, previous.kid, "retired", now);
    if (current) await moveKey(tx, current.kid, "previous", now);
    await moveKey(tx, next.kid, "current", now);
    await createKey(tx, deps, "next");
    return { kind: "rotated", kid: next.kid };
  });
