import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Role, rolePermissions, roles, type Workflow } from "@dap/contract";
import { openDatabases, roleNames } from "./src/database";
import { listenersOf, residentMiB } from "./src/listening";
import { type Person, registerPerson } from "./src/person";
import { type Platform, startPlatform } from "./src/platform";
import { sendRaw, statusesOf } from "./src/raw";
import { nameOf, type Route, registeredRoutes, reviewedRoutes } from "./src/route";
import { openSocket } from "./src/socket";
import { forgeTokens, readSigningKey, readToken, signToken } from "./src/token";

const randomId = "01a20a4b-dd13-7583-898b-e09ffa1b898a";
const json = { "content-type": "application/json" } as const;
const services = ["identity", "team", "data", "realtime"] as const;
type Service = (typeof services)[number];

let platform: Platform;
let ann: Person;
let eve: Person;
/** A published workflow of Ann's that answers with all it was given, and a run of it. */
let echo: { id: string; url: string };
let runId: string;
/** Where the services themselves listen, behind the edge. */
let direct: Record<Service, string>;
let tokenOf: (role: Role) => Promise<string>;
let forged: Record<string, string>;
let victim: Bun.Server<undefined>;
const victimCalls: string[] = [];
/** All that was answered to `ask`, for the search for secrets. */
const heard: string[] = [];

type Asked = { status: number; text: string; headers: Headers; code: string };
async function ask(method: string, url: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
  const answer = await fetch(url, { method, redirect: "manual", ...init });
  const text = await answer.text();
  heard.push(text, JSON.stringify([...answer.headers]));
  const code = /"code":"(\w+)"/.exec(text)?.[1] ?? "";
  return { status: answer.status, text, headers: answer.headers, code } satisfies Asked;
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  ask("POST", url, { body: typeof body === "string" ? body : JSON.stringify(body), headers: { ...json, ...headers } });

beforeAll(async () => {
  victim = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) => {
      victimCalls.push(new URL(url).pathname);
      if (url.endsWith("/bomb"))
        return new Response(Bun.gzipSync(new Uint8Array(200 * 1_048_576)), { headers: { "content-encoding": "gzip" } });
      if (url.endsWith("/away")) return Response.redirect("http://127.0.0.1:1/", 302);
      return new Response("seen");
    },
  });
  platform = await startPlatform({ env: { EGRESS_ALLOW: `127.0.0.1:${victim.port}` } });
  [ann, eve] = await Promise.all([registerPerson(platform.url), registerPerson(platform.url)]);
  echo = await ann.publish(flow("Echo", { output: "{{ trigger }}" }));
  runId = (await post(echo.url, {})).headers.get("x-run-id") ?? "";
  direct = await findServices();
  const jwks = JSON.parse((await ask("GET", `${platform.url}/.well-known/jwks.json`)).text) as {
    keys: (JsonWebKey & { kid: string })[];
  };
  const { header, claims } = readToken(ann.token);
  const key = await readSigningKey(platform.dataDir, header.kid);
  tokenOf = (role) => signToken(header, { ...claims, teams: { [ann.teamId]: role } }, key);
  forged = await forgeTokens(ann.token, key, jwks.keys.find(({ kid }) => kid === header.kid) ?? {});
}, 120_000);
// Also with sockets open that nobody closes.
afterAll(async () => {
  await victim?.stop(true);
  await platform?.stop();
}, 30_000);

const flow = (name: string, rest: Partial<Workflow>, trigger = {}): Workflow =>
  ({ dap: 1, name, trigger: { kind: "webhook", reply: "result", ...trigger }, steps: [], ...rest }) as Workflow;

/** The services of one process have free ports; each says in its description which one it is. */
async function findServices(): Promise<Record<Service, string>> {
  const titles: Record<string, Service> = {
    "dap identity": "identity",
    "dap teams": "team",
    "dap data": "data",
    Realtime: "realtime",
  };
  const found: Partial<Record<Service, string>> = {};
  for (const { port } of listenersOf(platform.pid)) {
    const url = `http://127.0.0.1:${port}`;
    const description = await fetch(`${url}/openapi.json`).then((answer) => (answer.ok ? answer.json() : undefined));
    const service = titles[description?.info?.title];
    if (service) found[service] = url;
  }
  return found as Record<Service, string>; // the test of listeners fails when one is missing
}

const fill = ({ path }: Pick<Route, "path">, ids: Partial<Record<string, string>> = {}): string =>
  path
    .replace(":teamId", ids.team ?? ann.teamId)
    .replace(":workflowId", ids.workflow ?? echo.id)
    .replace(":runId", ids.run ?? runId)
    .replace(":approvalId", `${ids.run ?? runId}.a`)
    .replace(":version", "1")
    .replace(":stepId", "a")
    .replace(/:accountId|:sessionId/, ids.other ?? randomId)
    .replace(":team", "nobody")
    .replace(":id", echo.id)
    .replace(":file", "none.js");

/** A body that no route takes: whoever gets past the guard is told 4xx, and nothing changes. */
const call = (base: string, { method, path }: Route, headers: Record<string, string>, at = fill({ path })) =>
  ask(method, `${base}${at}`, {
    headers: { ...json, "if-match": '"999"', ...headers },
    ...(method === "GET" ? {} : { body: '{"no such field":1}' }),
  });
const isPermission = ({ needs }: Route): boolean => needs.includes(":");
const baseOf = ({ service }: Route): string => direct[service as Service] ?? platform.url;

describe("who may call what", () => {
  test("every route is in the reviewed table", () => {
    expect(registeredRoutes()).toEqual(reviewedRoutes.map(nameOf).sort());
  });

  test("every guarded route refuses nobody, and whoever is expired, at the edge and at the service itself", async () => {
    const guarded = reviewedRoutes.filter((route) => route.needs === "account" || isPermission(route));
    for (const route of guarded)
      for (const base of [platform.url, baseOf(route)])
        for (const headers of [{}, bearer(forged.expired ?? ""), bearer("x"), { authorization: "Basic YTpi" }]) {
          const answer = await call(base, route, headers);
          expect(`${nameOf(route)} ${answer.status} ${answer.code}`).toBe(`${nameOf(route)} 401 UNAUTHENTICATED`);
        }
  });

  test("the services' own routes do not exist for people, nor for anybody at the edge", async () => {
    for (const route of reviewedRoutes.filter(({ needs }) => needs === "service" || needs === "inside")) {
      const headers = bearer(await tokenOf("owner"));
      if (route.needs === "service") expect((await call(baseOf(route), route, headers)).status).toBe(404);
      if (route.path !== "/openapi.json") expect((await call(platform.url, route, headers)).status).toBe(404);
    }
  });

  test("no service believes a forged token", async () => {
    const places: Record<string, readonly [string, string]> = {
      edge: ["GET", `${platform.url}/api/v1/teams`],
      identity: ["GET", `${direct.identity}/api/v1/auth/me`],
      team: ["GET", `${direct.team}/api/v1/teams`],
      data: ["GET", `${direct.data}/api/v1/teams/${ann.teamId}/workflows`],
      realtime: ["POST", `${direct.realtime}/api/v1/realtime/tickets`],
    };
    for (const [place, [method, url]] of Object.entries(places)) {
      expect((await ask(method, url, { headers: bearer(ann.token) })).status).toBeLessThan(300);
      for (const [what, token] of Object.entries(forged)) {
        const { status } = await ask(method, url, { headers: bearer(token) });
        expect(`${place}: ${what}: ${status}`).toBe(`${place}: ${what}: 401`);
      }
    }
  });

  test("each role may do what the table of permissions says, and another team sees nothing", async () => {
    const tokens = new Map(await Promise.all(roles.map(async (role) => [role, await tokenOf(role)] as const)));
    for (const route of reviewedRoutes.filter(isPermission)) {
      expect((await call(platform.url, route, bearer(eve.token))).status).toBe(404);
      for (const [role, token] of tokens) {
        // Deleting is tried on what is not there by those who may: the guard has spoken before that is looked for.
        const isAllowed = [...rolePermissions[role]].some((permission) => permission === route.needs);
        if (isAllowed && route.method === "DELETE") continue;
        const { status } = await call(platform.url, route, bearer(token));
        expect(`${role} ${nameOf(route)} ${status === 403}`).toBe(`${role} ${nameOf(route)} ${!isAllowed}`);
        expect(status).toBeLessThan(500);
        expect(status).not.toBe(401);
      }
    }
  });

  test("what belongs to another team cannot be told from what does not exist", async () => {
    const plain = ({ status, text }: Asked) => `${status} ${text.replace(/"requestId":"[^"]*"/, "")}`;
    const withIds = reviewedRoutes.filter(({ path }) => /:(workflowId|runId|accountId|sessionId)/.test(path));
    for (const route of withIds.filter(({ needs }) => needs !== "service")) {
      const ids = { team: eve.teamId, other: String(readToken(ann.token).claims.sub) };
      const strange = { team: eve.teamId, workflow: randomId, run: randomId };
      const foreign = await call(platform.url, route, bearer(eve.token), fill(route, ids));
      const random = await call(platform.url, route, bearer(eve.token), fill(route, strange));
      expect(`${nameOf(route)} ${plain(foreign)}`).toBe(`${nameOf(route)} ${plain(random)}`);
    }
    const team = (id: string) => ask("GET", `${platform.url}/api/v1/teams/${id}`, { headers: bearer(eve.token) });
    expect(plain(await team(ann.teamId))).toBe(plain(await team(randomId)));
    const runs = await eve.call<{ items: unknown[] }>("GET", `runs?workflowId=${echo.id}`);
    expect(runs.body.items).toEqual([]);
  });

  test("requests of two teams that share connections never see each other's rows", async () => {
    await eve.call("POST", "workflows", { document: flow("Of Eve", { output: 1 }) });
    const seen = await Promise.all(
      Array.from({ length: 400 }, async (_, n) => {
        const person = n % 2 ? ann : eve;
        const { body } = await person.call<{ items: { teamId: string }[] }>("GET", n % 4 < 2 ? "workflows" : "runs");
        return body.items.every(({ teamId = person.teamId }) => teamId === person.teamId);
      }),
    );
    expect(seen.filter((isOwn) => !isOwn)).toEqual([]);
  });

  test("no body sets what is not the caller's to set", async () => {
    const names =
      "id teamId ownerId accountId role createdBy createdAt updatedAt version activeVersion draftVersion paused";
    const extra = Object.fromEntries(names.split(" ").map((name) => [name, randomId]));
    const show = async () => (await ann.call("GET", `workflows/${echo.id}`)).body;
    const before = await show();
    const team = await ann.call("GET", `/teams/${ann.teamId}`);
    const document = flow("Assigned", { output: 1 });
    const bodies: [string, string, object][] = [
      ["POST", "workflows", { document }],
      ["PATCH", `workflows/${echo.id}`, { folder: "mine" }],
      ["POST", `workflows/${echo.id}/publish`, { note: "n" }],
      ["POST", `workflows/${echo.id}/rollback`, { version: 1 }],
      ["POST", `workflows/${echo.id}/pause`, {}],
      ["POST", `workflows/${echo.id}/endpoint/rotate`, {}],
      ["POST", `workflows/${echo.id}/runs`, { input: {} }],
      ["POST", `runs/${runId}/cancel`, {}],
      ["POST", "/teams", { name: "T" }],
      ["PATCH", `/teams/${ann.teamId}`, { name: "T" }],
      ["POST", "/auth/register", { email: "z@example.com", password: "correct horse battery", name: "Z" }],
      ["POST", "/auth/login", { email: ann.email, password: ann.password }],
    ];
    for (const [method, path, body] of bodies) {
      const { status } = await ann.call(method, path, { ...extra, ...body });
      expect(`${method} ${path} ${status}`).toBe(`${method} ${path} 422`);
    }
    const inDocument = await ann.call("POST", "workflows", { document: { ...document, ...extra } });
    expect(inDocument.status).toBe(422);
    expect(await show()).toEqual(before);
    expect((await ann.call("GET", `/teams/${ann.teamId}`)).body).toEqual(team.body);
  });
});

describe("the gate", () => {
  const get = (target: string, more = "") =>
    sendRaw(platform.port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`);

  test("no spelling of a path leads inside", async () => {
    const inside = "internal/routes";
    const paths = [
      `//${inside}`, `/./${inside}`, `/%69nternal/routes`, `/INTERNAL/routes`, `/api/v1/../../${inside}`,
      `/api/v1/auth/..%2f..%2f${inside}`, `/api/v1/teams/%2e%2e/%2e%2e/%2e%2e/${inside}`, `/api//v1/teams`, `/api/v1/teams;x`,
      `/w/../${inside}`, `/w/..%2f${inside}`, `/realtime/../${inside}`, `/.well-known/../${inside}`, `/\\${inside}`,
      `/api/v1\\..\\..\\${inside}`, `http://evil.example/${inside}`, `http://127.0.0.1:1/${inside}`, `/session/api/../../${inside}`,
      `/session/api//${inside}`, `/session/api/teams/..%2f..%2f${inside}`, `/component/..%2f..%2fpackage.json`,
      `/build/..%2f..%2fpackage.json`, "/metrics", "/readyz", "/healthz", "/mailbox/../metrics",
    ]; // biome-ignore format: a list to be read as one
    for (const path of paths) {
      const answer = await get(path);
      expect(`${path} ${statusesOf(answer)}`).toMatch(/ (404|303|400)$/);
      expect(answer).not.toContain('"endpoints"');
    }
  });

  test("requests that two parsers could read differently are refused, and ours are never called a fault of ours", async () => {
    const start = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    const inner = "GET /internal/routes HTTP/1.1\r\nHost: x\r\n\r\n";
    const requests = [
      `${start}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
      `${start}Content-Length: 4\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`,
      `${start}Content-Length: 4\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`,
      `${start}Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello`,
      `${start}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
      `${start}Content-Length: +5\r\n\r\nhello`,
      `${start}X-A: b\r\n c\r\n\r\n`,
      `${start}X-A: b\rTransfer-Encoding: chunked\r\n\r\n`,
      `${start}Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n`,
      "GET /api/v1/auth/me HTTP/1.0\r\n\r\n",
      "CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
      `GET / HTTP/1.1\r\nHost: localhost\r\n${Array.from({ length: 2_000 }, (_, n) => `x-${n}: a\r\n`).join("")}\r\n`,
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(200_000)}\r\n\r\n`,
      `GET /?${"a".repeat(30_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    ];
    const answers = await Promise.all(requests.map((request) => sendRaw(platform.port, request)));
    const statuses = answers.map((answer) => statusesOf(answer)[0]);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 431, 431, 431]);
  });

  test("the mailbox opens to this machine alone, by its own name", async () => {
    const from = async (more: string, host = "localhost") =>
      statusesOf(
        await sendRaw(platform.port, `GET /mailbox HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`),
      )[0];
    expect(await from("")).toBe(200);
    expect(await from("", "rebound.evil.example")).toBe(404);
    expect(await from("X-Forwarded-For: 203.0.113.9\r\n")).toBe(404);
  });

  test("a body that nobody reads costs no memory", async () => {
    const before = residentMiB(platform.pid);
    const big = () => {
      let left = 60;
      return new ReadableStream({
        pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(1_048_576)) : controller.close()),
      });
    };
    for (const path of ["/login", "/session/theme", "/session/api/teams", "/api/v1/auth/login"]) {
      const headers = { "content-type": "application/x-www-form-urlencoded", origin: platform.url };
      const { status } = await ask("POST", `${platform.url}${path}`, { body: big(), headers });
      expect(`${path} ${status}`).toBe(`${path} 413`);
    }
    expect(residentMiB(platform.pid) - before).toBeLessThan(100);
  });
});

describe("the webapp's doors", () => {
  let cookie: string;
  let action: string;
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const logIn = (query: string, headers: Record<string, string>) =>
    ask("POST", `${platform.url}/login${action}${query}`, {
      headers: { ...form, ...headers },
      body: new URLSearchParams({ email: ann.email, password: ann.password }).toString(),
    });
  beforeAll(async () => {
    action =
      /action="([^"]*)"/.exec((await ask("GET", `${platform.url}/login`)).text)?.[1]?.replace(/&amp;/g, "&") ?? "";
    const { headers } = await logIn("", { origin: platform.url });
    cookie = headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    for (const line of headers.getSetCookie()) expect(line).toMatch(/; HttpOnly/);
    expect(headers.getSetCookie().join()).toMatch(/dap_refresh=[^;]+;[^,]*SameSite=Strict/);
  });

  test("only pages of our own change anything", async () => {
    const send = (headers: Record<string, string>) =>
      ask("POST", `${platform.url}/session/api/teams`, {
        headers: { ...json, cookie, ...headers },
        body: '{"name":"CSRF"}',
      });
    const own = { origin: platform.url, "x-requested-with": "dap-web" };
    for (const headers of [
      {},
      { origin: "http://evil.example" },
      { ...own, origin: "http://evil.example" },
      { ...own, origin: "null" },
      { ...own, "sec-fetch-site": "cross-site" },
      { ...own, origin: "http://evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" },
      { origin: platform.url },
    ])
      expect((await send(headers)).status).toBe(403);
    expect(
      (await ask("POST", `${platform.url}/session/logout`, { headers: { cookie, origin: "http://evil.example" } }))
        .status,
    ).toBe(403);
    for (const origin of ["http://evil.example", "null"]) {
      const refused = await logIn("", { origin, "x-forwarded-host": "evil.example" });
      expect([refused.status, refused.headers.getSetCookie()]).toEqual([403, []]);
    }
    const refresh = { cookie, origin: "http://evil.example", "sec-fetch-site": "cross-site" };
    expect((await ask("POST", `${platform.url}/api/v1/auth/refresh`, { headers: refresh })).status).toBe(403);
  });

  test("the proxy reaches teams and tickets, and nothing else", async () => {
    for (const path of [
      "/auth/me",
      "/auth/sessions",
      "/internal/routes",
      "/realtime/ticketsx",
      "/teams/../../internal/routes",
      "@evil.example/teams",
      "/teams/%252e%252e/x",
    ]) {
      const { status } = await ask("GET", `${platform.url}/session/api${path}`, { headers: { cookie } });
      expect(`${path} ${status}`).toBe(`${path} 404`);
    }
    expect((await ask("GET", `${platform.url}/session/api/teams`, { headers: { cookie } })).status).toBe(200);
  });

  test("a login leads to no other site, wherever it is told to go on", async () => {
    for (const next of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "javascript:x",
      "/\t/evil.example",
      "/..//evil.example",
      "/.//evil.example",
      "/\u2028/evil.example",
      "/%2f/evil.example",
    ]) {
      const { status, headers } = await logIn(`&next=${encodeURIComponent(next)}`, { origin: platform.url });
      expect(status).toBe(303);
      expect(new URL(headers.get("location") ?? "", platform.url).origin).toBe(platform.url);
    }
  });

  test("pages cannot be framed or sniffed, and the API's answers are not kept", async () => {
    for (const path of ["/login", "/docs", "/mailbox", "/nope"]) {
      const { headers } = await ask("GET", `${platform.url}${path}`);
      expect(`${path} ${headers.get("content-security-policy")}`).toContain("frame-ancestors 'none'");
      expect(headers.get("content-security-policy")).not.toMatch(/script-src[^;]*'unsafe|default-src \*/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
    for (const path of ["/api/v1/teams", "/w/x", "/internal/x", `/api/v1/teams/${ann.teamId}/workflows`]) {
      const { headers } = await ask("GET", `${platform.url}${path}`, { headers: bearer(ann.token) });
      expect([path, headers.get("cache-control"), headers.get("x-content-type-options")]).toEqual([
        path,
        "no-store",
        "nosniff",
      ]);
    }
  });
});

describe("what a workflow is given and gives", () => {
  test("text that looks like an expression stays text, wherever it comes in", async () => {
    const twice = await ann.publish(
      flow("Twice", {
        steps: [{ id: "a", use: "transform.set", with: { v: "{{ trigger.body.v }}" } }],
        output: ["{{ steps.a.v }}", "{{ trigger.body.v }}!", "{{ trigger }}"],
      } as Partial<Workflow>),
    );
    const v = "{{ 6 * 7 }}";
    const { status, text } = await post(
      `${twice.url}/${encodeURIComponent(v)}?q=${encodeURIComponent(v)}`,
      { v, [v]: v },
      { "x-v": v },
    );
    expect(status).toBe(200);
    const [one, two, trigger] = JSON.parse(text);
    expect([one, two, trigger.body[v], trigger.query.q, trigger.headers["x-v"]]).toEqual([v, `${v}!`, v, v, v]);
    expect(text).not.toContain("42");
  });

  test("keys of the prototype are keys like any other, and spoil nobody", async () => {
    const evil =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":[{"__proto__":{"polluted":1}}]}';
    const given = await post(`${echo.url}?__proto__[polluted]=1&constructor=1`, evil, { "x-polluted": "1" });
    expect([given.status, JSON.stringify(JSON.parse(given.text).body)]).toEqual([200, evil]);
    for (const route of reviewedRoutes.filter(
      ({ method, needs }) => method !== "GET" && method !== "DELETE" && needs !== "session",
    )) {
      const { status } = await ask(route.method, `${baseOf(route)}${fill(route)}`, {
        headers: { ...json, "if-match": '"999"', ...bearer(ann.token) },
        body: evil,
      });
      expect(`${nameOf(route)} ${status < 500}`).toBe(`${nameOf(route)} true`);
    }
    const probe = await ann.publish(flow("Probe", { output: { p: "{{ trigger.body.polluted ?? 'clean' }}" } }));
    expect((await post(probe.url, {})).text).toBe('{"p":"clean"}');
  });

  test("depth, width, numbers and odd text are refused or kept, and never a fault of ours", async () => {
    const bodies = [
      "[".repeat(10_000) + "]".repeat(10_000),
      '{"a":'.repeat(500_000),
      `{${Array.from({ length: 300_000 }, (_, n) => `"k${n}":1`)}}`,
      `[${"{},".repeat(1_000_000)}{}]`,
      '{"a":1e400}',
      `{"a":${"9".repeat(5_000)}}`,
      '{"a":"\\u0000\\ud800","\\udfff":1}',
      "\u0000",
      "",
    ];
    for (const body of bodies) {
      const startMs = performance.now();
      const { status } = await post(echo.url, body);
      expect(`${body.slice(0, 9)} ${status < 500}`).toBe(`${body.slice(0, 9)} true`);
      expect(performance.now() - startMs).toBeLessThan(500);
    }
    for (const text of [
      "\u0000",
      "a\u0000b",
      "\ud800",
      "\u202e",
      "\r\nx: y",
      "__proto__",
      "'; drop table run; --",
      "%00",
    ]) {
      const answers = [
        await ann.call("PATCH", `workflows/${echo.id}`, { name: text, folder: text, tags: [text] }),
        await ann.call("POST", "workflows", { document: { ...flow(text, { output: text }), description: text } }),
        await ann.call("POST", "/teams", { name: text }),
        await ann.call("GET", `workflows?search=${encodeURIComponent(Buffer.from(text).toString())}`),
        await ann.call("POST", `workflows/${echo.id}/publish`, { note: text }),
        await ann.call("POST", "/auth/login", { email: `${text}@example.com`, password: text }),
        await ann.call("POST", "/auth/register", {
          email: `${text}@example.com`,
          password: "correct horse battery",
          name: text,
        }),
      ];
      for (const [index, { status }] of answers.entries())
        expect(`${JSON.stringify(text)} ${index} ${status < 500}`).toBe(`${JSON.stringify(text)} ${index} true`);
    }
  });

  test("an answer that a workflow wrote has no power over the pages of its origin", async () => {
    const headers = {
      "content-type": "text/html",
      "set-cookie": "dap_access=x",
      "clear-site-data": '"*"',
      "service-worker-allowed": "/",
      "x-odd": "→",
    };
    const made = await ann.publish(
      flow("Page", {
        steps: [{ id: "r", use: "respond", with: { headers, body: "<script>1</script>" } }],
      } as Partial<Workflow>),
    );
    const answer = await post(made.url, {});
    expect([answer.status, answer.text]).toEqual([200, "<script>1</script>"]);
    expect(answer.headers.get("content-security-policy")).toBe("sandbox");
    for (const name of ["set-cookie", "clear-site-data", "service-worker-allowed", "x-odd"])
      expect(answer.headers.get(name)).toBeNull();
  });

  test("calls reach the one private address that is open, by no other port, spelling or redirect", async () => {
    const made = await ann.publish(
      flow("Call", {
        steps: [{ id: "c", use: "http.request", with: { method: "GET", url: "{{ trigger.body.url }}" } }],
        output: "{{ steps.c.status }}",
      } as Partial<Workflow>),
    );
    const reach = async (url: string) => (await post(made.url, { url })).text;
    const other = new URL(direct.data).port;
    victimCalls.length = 0;
    expect(await reach(`http://127.0.0.1:${victim.port}/fine`)).toBe("200");
    const hosts = [
      "127.0.0.1",
      "localhost",
      "127.1",
      "2130706433",
      "0x7f.1",
      "0177.0.0.1",
      "0",
      "１２７.0.0.1",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "[64:ff9b::7f00:1]",
      "169.254.169.254",
      "metadata.google.internal",
      "foo.localhost",
      "localhost.",
    ];
    for (const host of hosts)
      expect(await reach(`http://${host}:${other}/internal/routes`)).toMatch(/EGRESS_|DNS_FAILED/);
    for (const url of ["file:///etc/passwd", "gopher://127.0.0.1/", "http://a:b@127.0.0.1/"])
      expect(await reach(url)).toContain("EGRESS_");
    expect(await reach(`http://[::1]:${victim.port}/six`)).toContain("EGRESS_");
    expect(await reach(`http://127.0.0.1:${victim.port}/away`)).toContain("EGRESS_ADDRESS_REFUSED");
    const before = residentMiB(platform.pid);
    expect(await reach(`http://127.0.0.1:${victim.port}/bomb`)).toContain("INFLATE_LIMIT");
    expect(residentMiB(platform.pid) - before).toBeLessThan(100);
    expect(victimCalls).toEqual(["/fine", "/away", "/bomb"]);
  });
});

describe("sockets", () => {
  const ticketOf = async (person: Person) =>
    (await person.call<{ ticket: string }>("POST", "/realtime/tickets")).body.ticket;
  const open = async (person: Person) => openSocket(platform.port, await ticketOf(person), platform.url);

  test("open by a fresh ticket from our own pages, once", async () => {
    const ticket = await ticketOf(ann);
    const tries = await Promise.all([1, 2, 3].map(() => openSocket(platform.port, ticket, platform.url)));
    expect((await Promise.all(tries.map(({ isLive }) => isLive()))).filter(Boolean)).toHaveLength(1);
    for (const origin of [undefined, "null", "http://evil.example", `${platform.url}.evil.example`])
      expect(await (await openSocket(platform.port, await ticketOf(ann), origin)).isLive()).toBe(false);
    for (const none of ["", "__proto__", ann.token])
      expect(await (await openSocket(platform.port, none, platform.url)).isLive()).toBe(false);
  });

  test("tell nothing of other teams, and take no words that only services say", async () => {
    const spy = await open(eve);
    for (const topic of [
      `run/${runId}`,
      `team/${ann.teamId}/runs`,
      `team/${ann.teamId.toUpperCase()}/runs`,
      "run/*",
      "__proto__",
    ])
      spy.send({ kind: "subscribe", topic });
    await post(echo.url, { secret: "only for ann" });
    await spy.until(() => spy.heard.length >= 5);
    expect(spy.heard.map((text) => JSON.parse(text).code)).toEqual(Array(5).fill("NOT_FOUND"));
    spy.send({ kind: "publish", messages: [] });
    expect(await spy.closed).toBe(1008);
  });

  test("ten thousand odd frames and two hundred sockets, some of which never read, harm nobody else", async () => {
    const before = residentMiB(platform.pid);
    const watcher = await open(ann);
    watcher.send({ kind: "subscribe", topic: `team/${ann.teamId}/runs` });
    const people = await Promise.all([1, 2, 3, 4, 5].map(() => registerPerson(platform.url)));
    const crowd = await Promise.all(people.flatMap((person) => Array.from({ length: 40 }, () => open(person))));
    for (const stalled of crowd.slice(0, 20)) stalled.pause();
    const odd = [
      "{}",
      "null",
      "\u0000",
      "{".repeat(1_000),
      '{"kind":"subscribe","topic":"run/x","after":1e308}',
      '{"kind":"unsubscribe","topic":"__proto__"}',
      "a".repeat(70_000),
      `{"kind":"subscribe","topic":"run/${randomId}"}`,
    ];
    for (let n = 0; n < 10_000; n++) crowd[n % 200]?.send(odd[(n * 7 + (n >> 3)) % odd.length] ?? "");
    await post(echo.url, {});
    await watcher.until(() => watcher.heard.length >= 2);
    expect(watcher.heard.some((text) => text.includes('"kind":"message"'))).toBe(true);
    expect(residentMiB(platform.pid) - before).toBeLessThan(200);
    for (const socket of crowd) socket.end();
  }, 30_000);
});

describe("what lies beneath", () => {
  test("nothing listens beyond this machine", () => {
    const listeners = listenersOf(platform.pid);
    expect(listeners.length).toBeGreaterThan(4);
    expect(new Set(listeners.map(({ address }) => address))).toEqual(new Set(["0100007F"]));
    expect(Object.keys(direct).sort()).toEqual([...services].sort());
  });

  test("roles of the services can do what they must: no DDL, no files, no programs, no other role, no rows without a team", async () => {
    const { admin, asRole, close } = openDatabases(platform.dataDir);
    try {
      const mighty = await admin("postgres")`select rolname from pg_roles where rolname like 'dap%'
        and (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication)`;
      expect(mighty.map(String)).toEqual([]);
      for (const database of ["dap_team", "dap_data"] as const) {
        const open = await admin(database)`select c.relname from pg_class c
          join pg_attribute a on a.attrelid = c.oid and a.attname = 'team_id'
          where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
            and not (c.relispartition and not exists (select from information_schema.role_table_grants g
              where g.table_name = c.relname and g.grantee <> 'postgres'))
            and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p
              where p.polrelid = c.oid and p.polqual is not null and p.polwithcheck is not null))`;
        expect(open.map(({ relname }) => relname)).toEqual([]);
        const owned = await admin(database)`select relname from pg_class where pg_get_userbyid(relowner) like 'dap%'`;
        expect(owned.map(({ relname }) => relname)).toEqual([]);
        const views = await admin(database)`select viewname from pg_views where schemaname = 'public'`;
        expect(views.map(({ viewname }) => viewname)).toEqual([]);
      }
      for (const role of roleNames) {
        for (const other of ["postgres", "template1", role === "dap_team" ? "dap_data" : "dap_team"]) {
          const code = await asRole(role, other)`select 1`.then(
            () => "in",
            (error) => String(error.code),
          );
          expect(`${role} at ${other}: ${code}`).toMatch(/: (42501|28000)$/);
        }
        const sql = asRole(role);
        for (const statement of [
          "create table t (a int)",
          "create temp table t (a int)",
          "create schema s",
          "create role r",
          "create extension dblink",
          "create function f() returns int language sql as 'select 1'",
          "copy (select 1) to program 'id'",
          "copy (select 1) to '/tmp/x'",
          "select pg_read_file('/etc/passwd')",
          "select lo_import('/etc/passwd')",
          "select pg_ls_dir('.')",
          "set role postgres",
          "set session authorization postgres",
          "alter role current_user superuser",
          "select * from pg_authid",
          "alter system set log_statement = 'all'",
        ]) /* biome-ignore format: a list to be read as one */ {
          const code = await sql.unsafe(statement).then(() => "done", (error) => String(error.code));
          expect(`${role}: ${statement}: ${code}`).toBe(`${role}: ${statement}: 42501`);
        }
      }
      for (const [role, table] of [
        ["dap_data", "workflow"],
        ["dap_data", "run"],
        ["dap_data", "run_event"],
        ["dap_team", "team"],
        ["dap_team", "membership"],
        ["dap_edge", "run"],
        ["dap_compute", "run"],
      ] as const) {
        const [row] = await asRole(role).unsafe(`select count(*)::int as n from ${table}`);
        expect(`${role} ${table} ${row?.n}`).toBe(`${role} ${table} 0`);
      }
    } finally {
      await close();
    }
  });

  test("no secret is in an answer, in the log or in a file that others can read", async () => {
    const secrets = secretsOf(join(platform.dataDir, "secret"));
    expect(secrets.length).toBeGreaterThan(7);
    const failures = await Promise.all([
      post(`${platform.url}/api/v1/auth/login`, "{"),
      post(`${platform.url}/api/v1/auth/login`, { email: ann.email, password: "wrong wrong" }),
      ask("GET", `${platform.url}/api/v1/teams/${randomId}/workflows`, { headers: bearer(ann.token) }),
      ask("GET", `${platform.url}/api/v1/teams/${ann.teamId}/workflows?limit=x`, { headers: bearer(ann.token) }),
      ask("GET", `${platform.url}/api/v1/teams/${ann.teamId}/runs/${runId}`, { headers: bearer(ann.token) }),
      ask("GET", `${platform.url}/openapi.json`),
    ]);
    expect(failures.map(({ status }) => status)).toEqual([400, 401, 404, 422, 200, 200]);
    const all = [...heard, platform.output()];
    for (const secret of secrets) expect(all.some((text) => text.includes(secret))).toBe(false);
    const telling = /at \w+ \(\/|node_modules|\/work\/|postgres:\/\/|select .+ from |PostgresError/i;
    expect(heard.filter((text) => text.startsWith('{"type":"about:blank"') && telling.test(text))).toEqual([]);
    expect(platform.output()).not.toContain(ann.password);
  });
});

/** Every secret of the installation; on the way its files and folders are held to be their owner's alone. */
function secretsOf(folder: string): string[] {
  expect(statSync(folder).mode & 0o077).toBe(0);
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return secretsOf(path);
    expect(statSync(path).mode & 0o077).toBe(0);
    if (!entry.name.endsWith(".json"))
      return [readFileSync(path, entry.name.endsWith(".key") ? "base64" : "utf8").trim()];
    return [(JSON.parse(readFileSync(path, "utf8")) as { d: string }).d];
  });
}
