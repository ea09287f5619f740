import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Broker, createEmbeddedBroker } from "@dap/platform/broker";
import { findFreePort } from "@dap/platform/free-port";
import { silentLogger } from "@dap/platform/log";
import { Secret } from "@dap/platform/secret";
import { mintServiceToken } from "@dap/platform/service-token";
import { createTestDatabase } from "@dap/platform/test-postgres";
import { dispatchQueue } from "@dap/run";
import { readDataConfig } from "./config";
import { start } from "./main";

const teamId = "01890000-0000-7000-8000-00000000000a";
const issuer = "http://localhost:8080";
const serviceSecret = new Secret("a-secret-of-the-services-in-tests-only");
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

let keys: CryptoKeyPair;
let identity: Bun.Server<undefined>;
let service: Awaited<ReturnType<typeof start>>;
let workers: Broker;
let internalPort: number;

beforeAll(async () => {
  // The runtime's types promise a single key for this algorithm; it gives a pair.
  keys = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as unknown as CryptoKeyPair;
  const jwk = { ...(await crypto.subtle.exportKey("jwk", keys.publicKey)), kid: "k1", alg: "EdDSA", use: "sig" };
  identity = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json({ keys: [jwk] }) });
  const database = await createTestDatabase();
  internalPort = await findFreePort();
  service = await start(
    {
      ...readDataConfig({
        DATA_ROLE_DATABASE_URL: database.roleUrl("dap_data"),
        DATA_SYSTEM_DATABASE_URL: database.roleUrl("dap_data_system"),
        DATA_DATABASE_URL: database.ownerUrl,
        SERVICE_SECRET: serviceSecret.reveal(),
        IDENTITY_URL: `http://127.0.0.1:${identity.port}`,
        REALTIME_URL: "http://127.0.0.1:9",
        INTERNAL_PORT: String(internalPort),
      }),
      publicUrl: issuer,
    },
    { log: silentLogger },
  );
  workers = await createEmbeddedBroker(database.roleUrl("dap_compute"), { log: silentLogger });
}, 60_000);
afterAll(async () => {
  await service?.stop().catch(() => undefined);
  await workers?.close();
  await identity?.stop(true);
});

async function token(claims: object = {}, header: object = {}): Promise<string> {
  const nowS = Math.floor(Date.now() / 1_000);
  const head = encode({ alg: "EdDSA", kid: "k1", typ: "at+jwt", ...header });
  const body = encode({
    iss: issuer,
    aud: "dap-api",
    sub: "01890000-0000-7000-8000-0000000000aa",
    sid: "01890000-0000-7000-8000-0000000000ab",
    email: "ada@example.com",
    email_verified: true,
    teams: { [teamId]: "editor" },
    scope: "",
    perm_ver: 1,
    iat: nowS,
    exp: nowS + 300,
    ...claims,
  });
  const signature = await crypto.subtle.sign("Ed25519", keys.privateKey, Buffer.from(`${head}.${body}`));
  return `${head}.${body}.${Buffer.from(signature).toString("base64url")}`;
}

const list = async (bearer: string) =>
  (await fetch(`${service.url}/api/v1/teams/${teamId}/workflows`, { headers: { authorization: `Bearer ${bearer}` } }))
    .status;

describe("the service, started on an empty database", () => {
  test("believes a token of the identity server, and no other", async () => {
    const nowS = Math.floor(Date.now() / 1_000);
    expect(await list(await token())).toBe(200);
    expect(await list(await token({ exp: nowS - 60 }))).toBe(401);
    expect(await list(await token({ aud: "dap-embed" }))).toBe(401);
    expect(await list(await token({ iss: "http://elsewhere" }))).toBe(401);
    expect(await list(await token({}, { typ: "JWT" }))).toBe(401);
    expect(await list(await token({}, { alg: "none" }))).toBe(401);
    expect(await list(`${await token()}x`)).toBe(401);
    expect(await list(await token({ teams: {} }))).toBe(404);
    expect(await list(await mintServiceToken("edge", serviceSecret))).toBe(404);
  });

  test("sets teams up for the team service and tells edges of routes at once", async () => {
    const call = async (method: string, path: string, name: "team" | "edge") =>
      fetch(`${service.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${await mintServiceToken(name, serviceSecret)}` },
      });
    expect((await call("PUT", `/internal/teams/${teamId}`, "team")).status).toBe(204);
    const headers = { authorization: `Bearer ${await token()}`, "content-type": "application/json" };
    const base = `${service.url}/api/v1/teams/${teamId}/workflows`;
    const page = (await (await fetch(base, { headers })).json()) as { items: { id: string; name: string }[] };
    expect(page.items.map(({ name }) => name)).toEqual(["Order total"]);

    const waiting = call("GET", "/internal/routes?since=0&wait=20&edge=e1", "edge");
    await Bun.sleep(100);
    const startedMs = performance.now();
    const publishing = fetch(`${base}/${page.items[0]?.id}/publish`, { method: "POST", headers, body: "{}" });
    const routes = (await (await waiting).json()) as { cursor: number; endpoints: unknown[] };
    expect(performance.now() - startedMs).toBeLessThan(900);
    expect(routes.endpoints).toHaveLength(1);
    await call("GET", `/internal/routes?since=${routes.cursor}&wait=0&edge=e1`, "edge");
    expect((await publishing).status).toBe(200);
  });

  test("brings an accepted run to the workers' queue at once", async () => {
    const headers = { authorization: `Bearer ${await token()}`, "content-type": "application/json" };
    const base = `${service.url}/api/v1/teams/${teamId}/workflows`;
    const page = (await (await fetch(base, { headers })).json()) as { items: { id: string }[] };
    const arrived = Promise.withResolvers<unknown>();
    const consumer = await workers.consume(dispatchQueue, { prefetch: 1 }, ({ body, ack }) => {
      ack();
      arrived.resolve(body);
    });
    const startedMs = performance.now();
    const body = JSON.stringify({ input: { customer: "Ada", lines: [] } });
    const started = await fetch(`${base}/${page.items[0]?.id}/runs`, { method: "POST", headers, body });
    const { runId } = (await started.json()) as { runId: string };
    expect(await arrived.promise).toMatchObject({ runId, teamId });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    await consumer.stop();
  });

  test("shows its readiness and numbers on its internal port alone", async () => {
    const ask = async (path: string) => fetch(`http://127.0.0.1:${internalPort}${path}`);
    expect(await (await ask("/readyz")).json()).toEqual({ status: "ready", missing: [] });
    const text = await (await ask("/metrics")).text();
    expect(text).toContain('dap_runs_accepted_total{service="data",kind="accepted"} 1');
    expect(text).toMatch(/^dap_relay_lag_seconds [\d.]+$/m);
    expect(text).toMatch(/^dap_http_requests_total\{service="data",status="2xx"\} \d+$/m);
    expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
  });

  test("answers who waits when it is stopped, instead of cutting them off", async () => {
    const authorization = `Bearer ${await mintServiceToken("edge", serviceSecret)}`;
    const waiting = fetch(`${service.url}/internal/routes?since=1&wait=20`, { headers: { authorization } });
    await Bun.sleep(100);
    const startedMs = performance.now();
    await Promise.all([service.stop(), waiting]);
    expect((await waiting).status).toBe(200);
    expect(performance.now() - startedMs).toBeLessThan(4_000);
  });
});
