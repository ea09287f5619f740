import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { silentLogger } from "@dap/platform/log";
import { decodeProtectedHeader } from "jose";
import { createTestIdentity, password, type TestIdentity } from "../test-identity";
import { jwksCacheMs, openKeyRing } from "./key-ring";

let identity: TestIdentity;

beforeAll(async () => {
  identity = await createTestIdentity();
}, 60_000);
afterAll(() => identity.close());

const open = () =>
  openKeyRing({ db: identity.deps.db, folder: identity.keyFolder, clock: identity.deps.clock, log: silentLogger });
const states = async () =>
  (await identity.admin.sql`select state, count(*)::int as n from signing_key group by 1 order by 1`).map(
    ({ state, n }) => `${state} ${n}`,
  );

describe("the key ring", () => {
  test("begins with a current and a next key, however many processes start at once", async () => {
    await identity.admin.sql`delete from signing_key`;
    const rings = await Promise.all(Array.from({ length: 8 }, open));
    expect(new Set(rings.map((ring) => ring.current().kid)).size).toBe(1);
    expect(await states()).toEqual(["current 1", "next 1"]);
  });

  test("keeps private halves in files of mode 0600, and public ones only in the database", async () => {
    const folder = join(identity.secretDir, "identity");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    const [row] = await identity.admin.sql`select jsonb_agg(public_jwk) as keys from signing_key`;
    for (const key of row?.keys ?? [])
      expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
    expect(JSON.stringify(identity.deps.keys.published())).not.toContain('"d"');
  });

  test("allows one key of each state, whatever the code does", async () => {
    for (const state of ["next", "current"]) {
      const second = identity.admin.sql`insert into signing_key values (${`second ${state}`}, ${state}, '{}', now())`;
      expect(await second.then(String, String)).toContain("duplicate key");
    }
  });

  test("makes another key when the current one's file is lost, and still publishes the lost one", async () => {
    const ring = await open();
    const lost = ring.current().kid;
    rmSync(join(identity.secretDir, "identity", `${lost}.jwk.json`));
    await ring.load();
    expect(ring.current().kid).not.toBe(lost);
    expect(ring.published().keys.map(({ kid }) => kid)).toContain(lost);
  });
});

describe("a rotation", () => {
  beforeEach(async () => {
    await identity.deps.keys.load();
    identity.pass(jwksCacheMs + 1);
  });
  const login = async () => {
    const { email } = await identity.register();
    return (await identity.call("POST", "/api/v1/auth/login", { body: { email, password } })).body
      .accessToken as string;
  };
  const statusOf = async (token: string) =>
    (await identity.call("GET", "/api/v1/auth/me", { headers: { authorization: `Bearer ${token}` } })).status;

  test("signs with a key that was published before, and verifies what the last one signed", async () => {
    const published = identity.deps.keys.published().keys.map(({ kid }) => kid);
    const old = await login();
    expect((await identity.deps.keys.rotate()).kind).toBe("rotated");
    const fresh = await login();
    expect(published).toContain(decodeProtectedHeader(fresh).kid);
    expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(old).kid);
    expect([await statusOf(old), await statusOf(fresh)]).toEqual([200, 200]);
  });

  test("made twice retires the first key: its tokens are refused", async () => {
    const old = await login();
    await identity.deps.keys.rotate();
    identity.pass(jwksCacheMs + 1);
    await identity.deps.keys.rotate();
    expect(await statusOf(old)).toBe(401);
    expect((await states()).filter((state) => !state.startsWith("retired"))).toEqual([
      "current 1",
      "next 1",
      "previous 1",
    ]);
  });

  test("waits until verifiers can have seen the next key", async () => {
    await identity.deps.keys.rotate();
    expect((await identity.deps.keys.rotate()).kind).toBe("tooEarly");
  });

  test("asked for by ten at once happens once", async () => {
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => identity.deps.keys.rotate()));
    expect(outcomes.filter(({ kind }) => kind === "rotated")).toHaveLength(1);
  });

  test("by another process is followed at the next load", async () => {
    const other = await open();
    await identity.deps.keys.rotate();
    await other.load();
    expect(other.current().kid).toBe(identity.deps.keys.current().kid);
  });
});
