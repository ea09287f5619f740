import { afterAll, expect, test } from "bun:test";
import { generateKeyPairSync, sign } from "node:crypto";
import { serve } from "@dap/platform/http";
import { newId } from "@dap/platform/id";
import { readRealtimeConfig } from "./config";
import { start } from "./main";
import { openSocket, serviceSecret } from "./test-stage";

const team = newId();
const runId = newId();
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "EdDSA" };
const asked: string[] = [];

/** Identity and data in one. */
const others = serve(
  (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/.well-known/jwks.json") return Response.json({ keys: [jwk] });
    asked.push(`${pathname}${search}`);
    if (!request.headers.get("authorization")?.startsWith("Bearer ")) return new Response(null, { status: 401 });
    if (pathname === `/internal/runs/${runId}`) {
      return Response.json({ teamId: team, workflowId: newId(), status: "running", lastSeq: 1 });
    }
    if (pathname === `/internal/runs/${runId}/events`) {
      return Response.json({ items: [{ seq: 1, event: { kind: "decided", stepKey: "s", choice: "x" } }] });
    }
    return Response.json({ code: "NOT_FOUND", detail: "No such run." }, { status: 404 });
  },
  { port: 0 },
);
afterAll(() => others.stop());

/** As the identity server would sign it. */
function accessToken(issuer: string): string {
  const nowS = Math.floor(Date.now() / 1_000);
  const who = {
    sub: newId(),
    sid: newId(),
    email: "ada@example.com",
    email_verified: true,
    teams: { [team]: "viewer" },
  };
  const claims = { ...who, scope: "", perm_ver: 1, iss: issuer, aud: "dap-api", iat: nowS, exp: nowS + 300 };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ alg: "EdDSA", typ: "at+jwt", kid: "k1" })}.${encode(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
}

test("realtime serves a person from the token to the first event, over the real interfaces of its neighbours", async () => {
  const publicUrl = "https://dap.test";
  const service = await start(
    readRealtimeConfig({
      PUBLIC_URL: publicUrl,
      IDENTITY_URL: others.url,
      DATA_URL: others.url,
      SERVICE_SECRET: serviceSecret.reveal(),
    }),
  );
  const token = accessToken(publicUrl);
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${service.url}/api/v1/realtime/tickets`, { method: "POST", headers });
  expect(response.status).toBe(201);
  const { ticket } = await response.json();
  const socket = await openSocket(`${service.url}/realtime?ticket=${ticket}`, { origin: publicUrl });
  socket.ask({ kind: "subscribe", topic: `run/${runId}` });
  await socket.until(() => socket.heard.length === 2);
  expect(socket.seqs(runId)).toEqual([1]);
  expect(asked).toEqual([`/internal/runs/${runId}`, `/internal/runs/${runId}/events?after=0`]);
  socket.ask({ kind: "subscribe", topic: `run/${newId()}` });
  await socket.until(() => socket.heard.length === 3);
  expect(socket.heard[2]).toMatchObject({ kind: "refused", code: "NOT_FOUND" });
  const openapi = await (await fetch(`${service.url}/openapi.json`)).json();
  expect(Object.keys(openapi.paths)).toEqual(["/api/v1/realtime/tickets"]);
  await service.stop();
  expect(await socket.closed).toBe(1012);
});
