import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Json, Workflow } from "@dap/contract";
import { compileSchema, validate } from "@dap/engine";
import { describeWithBrowser, launchBrowser } from "./src/browser";
import { type Person, registerPerson } from "./src/person";
import { type Platform, startPlatform } from "./src/platform";
import { stepCases } from "./src/step-case";

const json = { "content-type": "application/json" };
const double: Workflow = {
  dap: 1,
  name: "Double",
  trigger: { kind: "webhook", reply: "result", input: { type: "object", properties: { n: { type: "number" } } } },
  steps: [{ id: "twice", use: "transform.set", with: { n: "{{ (trigger.body.n ?? 1) * 2 }}" } }],
  output: "{{ steps.twice.n }}",
};
const waiting: Workflow = {
  ...double,
  name: "Waiting",
  trigger: { kind: "webhook", reply: "accepted" },
  steps: [{ id: "pause", use: "wait", durationMs: 400 }, ...double.steps],
};

type Page = { items: { id: string; status: string; version: number }[]; nextCursor: string | null };
type Problem = { type: string; title: string; status: number; code: string; detail: string; requestId: string };
type Heard = {
  kind: string;
  topic: string;
  seq?: number;
  code?: string;
  message?: { seq: number; event: { kind: string } };
};

describe("the public API", () => {
  let platform: Platform;
  let ann: Person;
  let eve: Person;
  beforeAll(async () => {
    platform = await startPlatform();
    [ann, eve] = await Promise.all([registerPerson(platform.url), registerPerson(platform.url)]);
  }, 90_000);
  afterAll(() => platform.stop());

  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${platform.url}${path}`, { redirect: "manual", ...init });

  test("a workflow is created, found, renamed, exported, imported, published, rolled back and deleted", async () => {
    const made = await ann.call<{ id: string; draftVersion: number }>("POST", "workflows", { document: double });
    const path = `workflows/${made.body.id}`;
    expect(made.status).toBe(201);
    expect(made.headers.get("location")).toBe(`/api/v1/teams/${ann.teamId}/${path}`);
    expect((await ann.call("PATCH", path, { name: "Twofold" })).body.name).toBe("Twofold");
    const exported = await ann.call<Workflow>("GET", `${path}/export`);
    expect(exported.body).toEqual({ ...double, name: "Twofold" });
    const copy = await ann.call<{ id: string; draft: Workflow }>("POST", "workflows/import", exported.body);
    expect([copy.status, copy.body.id !== made.body.id, copy.body.draft.name]).toEqual([201, true, "Twofold"]);
    expect(
      (await ann.call("POST", `${path}/check`, { document: { ...double, output: "{{ steps.no }}" } })).body,
    ).toMatchObject({ problems: [{ path: "/output", code: "UNKNOWN_STEP" }] });
    expect((await ann.call("POST", `${path}/publish`, { note: "first" })).body.version).toBe(1);
    expect((await ann.call("POST", `${path}/publish`, {})).body.version).toBe(2);
    expect((await ann.call("POST", `${path}/rollback`, { version: 1 })).body.version).toBe(3);
    const versions = await ann.call<{ items: { version: number; active: boolean }[] }>("GET", `${path}/versions`);
    expect(versions.body.items.map(({ version, active }) => `${version} ${active}`)).toEqual([
      "3 true",
      "2 false",
      "1 false",
    ]);
    expect((await ann.call("GET", `${path}/versions/1/diff?against=2`)).status).toBe(200);
    const result = await ann.call("POST", `${path}/runs?wait=result`, { input: { n: 4 } });
    expect([result.status, result.body.status, result.body.output as Json]).toEqual([200, "succeeded", 8]);
    const tried = await ann.call("POST", `${path}/steps/twice/test`, { scope: { trigger: { body: { n: 5 } } } });
    expect(tried.body).toMatchObject({ status: "succeeded", output: { n: 10 } });
    expect((await ann.call("DELETE", path)).status).toBe(204);
    expect((await ann.call("GET", path)).status).toBe(404);
    // What was, was: the runs stay.
    expect((await ann.call("GET", `runs/${result.body.runId}`)).status).toBe(200);
  });

  test("an Idempotency-Key makes one of two, also when they come together", async () => {
    const post = (path: string, body: object, key: string) => ann.call("POST", path, body, { "idempotency-key": key });
    for (const [path, body] of [
      ["workflows", { document: double }],
      ["/teams", { name: "Shop" }],
    ] as const) {
      const ids = (await Promise.all([1, 2, 3].map(() => post(path, body, "one")))).map(({ body: { id } }) => id);
      expect([path, new Set(ids).size]).toEqual([path, 1]);
    }
    expect((await post("workflows", { document: waiting }, "one")).body.code).toBe("IDEMPOTENCY_KEY_REUSED");
    const { id } = await ann.publish(double);
    const runs = await Promise.all([1, 2, 3].map(() => post(`workflows/${id}/runs`, { input: {} }, "run")));
    expect(new Set(runs.map(({ body }) => body.runId)).size).toBe(1);
  });

  test("a webhook called twice at once with one key runs once, durable or not", async () => {
    for (const document of [double, waiting, { ...waiting, trigger: double.trigger }]) {
      const { url, id } = await ann.publish(document);
      const call = (n: number) =>
        fetch(url, { method: "POST", headers: { ...json, "idempotency-key": "same" }, body: JSON.stringify({ n }) });
      const answers = await Promise.all([1, 2, 3, 4].map(async (n) => (await call(n)).text()));
      expect(new Set(answers).size).toBe(1);
      expect((await ann.call<Page>("GET", `workflows/${id}/runs`)).body.items).toHaveLength(1);
    }
    const { url } = await ann.publish(double);
    const empty = await fetch(url, { method: "POST", headers: { ...json, "idempotency-key": "" }, body: "{}" });
    expect([empty.status, ((await empty.json()) as Problem).code]).toEqual([422, "IDEMPOTENCY_KEY_INVALID"]);
  });

  test("lists come in pages, newest first, and only with a cursor they gave out", async () => {
    const { id } = await ann.publish(double);
    for (let n = 0; n < 5; n += 1) await ann.call("POST", `workflows/${id}/runs?wait=result`, { input: { n } });
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const path: string = `workflows/${id}/runs?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const { body } = await ann.call<Page>("GET", path);
      seen.push(...body.items.map((run) => run.id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual([...new Set(seen)].toSorted().reverse());
    expect(seen).toHaveLength(5);
    expect((await ann.call("GET", "runs?cursor=zzz")).status).toBe(422);
    expect((await ann.call<Page>("GET", `workflows/${id}/runs?status=failed`)).body.items).toEqual([]);
  });

  test("a page of an allowed origin may call a webhook, and may read why it was refused", async () => {
    const cors = { origins: ["https://shop.example"] };
    const { url } = await ann.publish({ ...double, trigger: { kind: "webhook", reply: "result", cors } });
    const allowed = async (origin: string, body: string) =>
      (await fetch(url, { method: "POST", headers: { ...json, origin }, body })).headers.get(
        "access-control-allow-origin",
      );
    for (const body of ["{}", "{"]) {
      expect(await allowed("https://shop.example", body)).toBe("https://shop.example");
      expect(await allowed("https://evil.example", body)).toBeNull();
    }
  });

  test("GET webhooks read the query; what is not to be recorded leaves no run", async () => {
    const { url } = await ann.publish({
      ...double,
      trigger: { kind: "webhook", reply: "result", methods: ["GET"] },
      steps: [],
      output: { q: "{{ trigger.query }}", path: "{{ trigger.path }}" },
    });
    expect(await (await fetch(`${url}/a/b?x=1&x=2&y=z`)).json()).toEqual({ q: { x: ["1", "2"], y: "z" }, path: "a/b" });
    for (const [record, recorded] of [
      ["none", []],
      ["failures", ["failed"]],
    ] as const) {
      const { id, url: quiet } = await ann.publish({
        ...double,
        trigger: { kind: "webhook", reply: "result", record },
        steps: [{ id: "no", use: "fail", when: "{{ trigger.body.bad }}", with: { message: "no" } }],
        output: 1,
      });
      for (const bad of [true, false])
        await fetch(quiet, { method: "POST", headers: json, body: JSON.stringify({ bad }) });
      const { items } = (await ann.call<Page>("GET", `workflows/${id}/runs`)).body;
      expect(items.map(({ status }) => status)).toEqual([...recorded]);
    }
  });

  test("every refusal is a problem with a code, whoever answers", async () => {
    const bearer = { authorization: `Bearer ${ann.token}` };
    const refusals: [string, RequestInit, number][] = [
      ["/api/v1/unknown", {}, 404],
      ["/api/v1/auth/unknown", {}, 404],
      ["/w", {}, 404],
      ["/w/unknown", {}, 404],
      ["/docs/unknown", {}, 404],
      ["/schema/unknown", {}, 404],
      ["/component/unknown.js", {}, 404],
      ["/.well-known/unknown", {}, 404],
      ["/realtime", {}, 426],
      ["/api/v1/teams", {}, 401],
      [`/api/v1/teams/${ann.teamId}/workflows`, { method: "POST", headers: { ...bearer, ...json }, body: "{bad" }, 400],
      [`/api/v1/teams/${ann.teamId}/workflows`, { method: "POST", headers: bearer, body: "text" }, 415],
      ["/api/v1/teams", { method: "POST", headers: { ...bearer, ...json }, body: "{bad" }, 400],
      ["/api/v1/auth/login", { method: "POST", headers: json, body: "{bad" }, 400],
      ["/api/v1/auth/login", { method: "POST", headers: json, body: "{}" }, 422],
      [`/api/v1/teams/${eve.teamId}/runs`, { headers: bearer }, 404],
      [`/api/v1/teams/${ann.teamId}/runs?limit=x`, { headers: bearer }, 422],
    ];
    for (const [path, init, status] of refusals) {
      const answer = await ask(path, init);
      expect([path, answer.status, answer.headers.get("content-type")]).toEqual([
        path,
        status,
        "application/problem+json",
      ]);
      const problem = (await answer.json()) as Problem;
      expect(problem).toMatchObject({
        status,
        code: expect.stringMatching(/^[A-Z][A-Z0-9_]+$/),
        detail: expect.any(String),
      });
      expect(problem.title).not.toBe("Error");
      expect(answer.headers.get("x-request-id")).toBe(problem.requestId);
    }
  });

  test("refresh tokens rotate and end with the session", async () => {
    const post = (path: string, cookie = "", body?: object) =>
      ask(`/api/v1/auth${path}`, {
        method: "POST",
        headers: { cookie, ...(body && json) },
        ...(body && { body: JSON.stringify(body) }),
      });
    const cookieOf = (answer: Response) => answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    const login = await post("/login", "", { email: ann.email, password: ann.password });
    expect(login.headers.get("set-cookie")).toMatch(/HttpOnly.*SameSite=Strict/);
    const refreshed = await post("/refresh", cookieOf(login));
    expect([refreshed.status, cookieOf(refreshed) !== cookieOf(login)]).toEqual([200, true]);
    expect((await post("/logout", cookieOf(refreshed))).status).toBe(204);
    expect((await post("/refresh", cookieOf(refreshed))).status).toBe(401);
    const { keys } = (await (await ask("/.well-known/jwks.json")).json()) as { keys: Record<string, string>[] };
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(Object.keys(key)).not.toContain("d");
  });

  test("a run is watched live, without a gap over a break of the line, and not by strangers", async () => {
    const { url } = await ann.publish(waiting);
    const { runId } = (await (await fetch(url, { method: "POST", headers: json, body: "{}" })).json()) as {
      runId: string;
    };
    const topic = `run/${runId}`;
    const first = await watch(platform, ann, topic, 0);
    await first.until((heard) => heard.some(({ kind }) => kind === "subscribed"));
    first.close();
    const last = Math.max(0, ...first.heard.map(({ message }) => message?.seq ?? 0));
    const second = await watch(platform, ann, topic, last);
    await second.until((heard) => heard.some(({ message }) => message?.event.kind === "ended"));
    second.close();
    const seen = [...first.heard, ...second.heard].flatMap(({ message }) => (message ? [message.seq] : []));
    expect(seen).toEqual(seen.map((_, at) => at + 1));
    expect(seen.length).toBeGreaterThanOrEqual(3);
    for (const foreign of [topic, `team/${ann.teamId}/runs`]) {
      const stranger = await watch(platform, eve, foreign, 0);
      await stranger.until((heard) => heard.length > 0);
      stranger.close();
      expect(stranger.heard).toEqual([{ kind: "refused", topic: foreign, code: "NOT_FOUND" }]);
    }
  });

  test("the OpenAPI document says of every operation what it answers and what a refusal is", async () => {
    const { paths } = (await (await ask("/openapi.json")).json()) as {
      paths: Record<
        string,
        Record<string, { summary?: string; requestBody?: object; responses: Record<string, object> }>
      >;
    };
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, ...operation })),
    );
    const incomplete = operations.filter(
      ({ summary, responses }) =>
        !summary || !("default" in responses) || !Object.keys(responses).some((status) => status.startsWith("2")),
    );
    expect(incomplete.map(({ name }) => name)).toEqual([]);
    const names = operations.map(({ name }) => name);
    const team = "/api/v1/teams/{teamId}";
    const workflow = `${team}/workflows/{workflowId}`;
    for (const name of [
      "POST /api/v1/auth/register",
      "POST /api/v1/auth/refresh",
      "GET /.well-known/jwks.json",
      "GET /api/v1/teams",
      `GET ${team}/members`,
      "POST /api/v1/realtime/tickets",
      `POST ${team}/workflows/import`,
      `PUT ${workflow}/draft`,
      ...["check", "publish", "rollback", "pause", "resume", "endpoint/rotate", "runs"].map(
        (act) => `POST ${workflow}/${act}`,
      ),
      `POST ${team}/runs/{runId}/cancel`,
      "POST /w/{endpointId}",
    ])
      expect(names).toContain(name);
    expect(operations.find(({ name }) => name === `PUT ${workflow}/draft`)?.requestBody).toBeDefined();
  });

  test("the published schema of a document takes what the platform takes, and nothing else", async () => {
    const schema = compileSchema(await (await ask("/schema/workflow.json")).json());
    const list = await ann.call<Page>("GET", "workflows?search=Order");
    const example = await ann.call<Workflow>("GET", `workflows/${list.body.items[0]?.id}/draft`);
    const cases = stepCases.map(({ steps, output }) => ({ ...double, steps, output }));
    for (const document of [example.body, double, waiting, ...cases])
      expect(validate(schema, JSON.parse(JSON.stringify(document)))).toEqual([]);
    for (const wrong of [{}, { ...double, extra: 1 }, { ...double, steps: [{ id: "a", use: "if" }] }])
      expect(validate(schema, JSON.parse(JSON.stringify(wrong))).length).toBeGreaterThan(0);
  });

  describeWithBrowser("in a browser", () => {
    test("the API's page needs nobody else's server, and breaks no rule of its own policy", async () => {
      const browser = await launchBrowser();
      const page = await browser.newPage();
      const asked: string[] = [];
      const errors: string[] = [];
      page.on("request", (request) => void asked.push(request.url()));
      page.on("console", (message) => void (message.type() === "error" && errors.push(message.text())));
      page.on("pageerror", (error) => void errors.push(String(error)));
      await page.goto(`${platform.url}/docs`);
      await page.getByText("Public keys of access tokens").first().waitFor({ state: "attached", timeout: 20_000 });
      await page.waitForTimeout(500);
      await browser.close();
      const foreign = asked.filter((url) => !url.startsWith(platform.url) && !url.startsWith("data:"));
      expect({ foreign, errors }).toEqual({ foreign: [], errors: [] });
    }, 40_000);
  });
});

/** A socket as a page of the webapp opens it, subscribed to one topic. */
async function watch(platform: Platform, person: Person, topic: string, after: number) {
  const { body } = await person.call<{ ticket: string }>("POST", "/realtime/tickets");
  const address = `${platform.url.replace("http", "ws")}/realtime?ticket=${body.ticket}`;
  // Bun's WebSocket takes headers, which the DOM's type does not know; browsers send the origin by themselves.
  const socket = new WebSocket(address, { headers: { origin: platform.url } } as unknown as string[]);
  const heard: Heard[] = [];
  let wake = () => {};
  socket.onmessage = ({ data }) => {
    heard.push(JSON.parse(String(data)) as Heard); // the platform's own messages
    wake();
  };
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error("the socket was refused"));
  });
  socket.send(JSON.stringify({ kind: "subscribe", topic, after }));
  return {
    heard,
    close: () => socket.close(),
    until: async (isEnough: (heard: readonly Heard[]) => boolean) => {
      const endsAtMs = Date.now() + 5_000;
      while (!isEnough(heard)) {
        if (Date.now() > endsAtMs) throw new Error(`heard only ${JSON.stringify(heard)}`);
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), Bun.sleep(100)]);
      }
    },
  };
}
