import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFeed } from "../feed/query";
import { exampleWorkflow } from "../setup/example";
import { createTestApp, type TestApp } from "../test-app";

const manual = { dap: 1, name: "Small", trigger: { kind: "manual" }, steps: [] };

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
}, 60_000);
afterAll(() => app.close());

const create = async (document: unknown = exampleWorkflow): Promise<string> =>
  (await app.ask("POST", "/workflows", { body: { document } })).body.id;
const act = (id: string, what: string, body: unknown = {}, headers = {}) =>
  app.ask("POST", `/workflows/${id}/${what}`, { body, headers });
const save = (id: string, document: unknown) =>
  app.ask("PUT", `/workflows/${id}/draft`, { body: document, headers: { "if-match": "*" } });
const get = async (id: string, path = "") => (await app.ask("GET", `/workflows/${id}${path}`)).body;

describe("publishing", () => {
  test("makes version 1 and an endpoint that nobody can guess", async () => {
    const id = await create();
    const published = await act(id, "publish", { note: "first" });
    expect(published.status).toBe(200);
    expect(published.body.version).toBe(1);
    expect(published.body.endpoint.id).toMatch(/^[0-9A-Za-z]{22}$/);
    expect(published.body.endpoint.url).toBe(`http://localhost:8080/w/${published.body.endpoint.id}`);
    expect(await get(id)).toMatchObject({ activeVersion: 1, endpoint: published.body.endpoint });
  });

  test("keeps the endpoint from version to version, and rests it while the trigger is no webhook", async () => {
    const id = await create();
    const { endpoint } = (await act(id, "publish")).body;
    await save(id, manual);
    expect((await act(id, "publish")).body).toMatchObject({ version: 2, endpoint: null });
    await save(id, exampleWorkflow);
    expect((await act(id, "publish")).body).toMatchObject({ version: 3, endpoint });
  });

  test("gives a workflow without a webhook no endpoint", async () => {
    const id = await create(manual);
    expect((await act(id, "publish")).body).toEqual({ version: 1, endpoint: null, problems: [] });
  });

  test("refuses a document with an error, naming all at once, and stores nothing", async () => {
    const wrong = [
      { id: "a", use: "nobody.knows" },
      { id: "a", use: "transform.set", with: { x: "{{ steps.zzz }}" } },
      { id: "c", use: "transform.set", with: { x: "{{ 1 + }}" } },
      { id: "d", use: "http.request", connection: "sales", with: { method: "GET", url: "https://example.com" } },
    ];
    const id = await create({ ...manual, steps: wrong });
    const before = await app.count("workflow_version");
    const refused = await act(id, "publish");
    expect([refused.status, refused.body.code]).toEqual([422, "DOCUMENT_REFUSED"]);
    const paths = refused.body.problems.map(({ path }: { path: string }) => path);
    for (const step of ["/steps/0", "/steps/1", "/steps/2", "/steps/3"])
      expect(paths.some((path: string) => path.startsWith(step))).toBe(true);
    expect(await app.count("workflow_version")).toBe(before);
    expect((await get(id)).activeVersion).toBeNull();
  });

  test("refuses a draft that changed meanwhile", async () => {
    const id = await create();
    expect((await act(id, "publish", {}, { "if-match": '"2"' })).body.code).toBe("DRAFT_CHANGED");
    expect((await act(id, "publish", {}, { "if-match": '"1"' })).status).toBe(200);
  });

  test("refuses a body of another form", async () => {
    expect((await act(await create(), "publish", { version: 9 })).body.code).toBe("INVALID_BODY");
  });

  test("numbers versions without a gap, however many publish at once", async () => {
    const id = await create();
    const all = await Promise.all(Array.from({ length: 4 }, () => act(id, "publish")));
    expect(all.map(({ body }) => body.version).sort()).toEqual([1, 2, 3, 4]);
    expect(new Set(all.map(({ body }) => body.endpoint.id)).size).toBe(1);
  });

  test("happens once per Idempotency-Key", async () => {
    const id = await create();
    const key = { "idempotency-key": "publish-once" };
    expect([
      (await act(id, "publish", {}, key)).body.version,
      (await act(id, "publish", {}, key)).body.version,
    ]).toEqual([1, 1]);
  });
});

describe("versions", () => {
  test("are listed newest first with who, when and why, and never change", async () => {
    const id = await create();
    await act(id, "publish", { note: "first" });
    await save(id, { ...exampleWorkflow, name: "Renamed" });
    await act(id, "publish");
    const { items, nextCursor } = await get(id, "/versions?limit=1");
    expect(items).toMatchObject([{ version: 2, name: "Renamed", active: true, createdBy: { kind: "account" } }]);
    const rest = await get(id, `/versions?cursor=${nextCursor}`);
    expect(rest).toMatchObject({ items: [{ version: 1, note: "first", active: false }], nextCursor: null });
    expect((await get(id, "/versions/1")).document.name).toBe("Order total");
    expect((await get(id, "/export?version=1")).name).toBe("Order total");
    expect((await app.ask("GET", `/workflows/${id}/versions?cursor=x`)).status).toBe(422);
  });

  test.each(["0", "-1", "3", "x", "99999999999"])("answer 404 for number %s", async (number) => {
    const id = await create();
    await act(id, "publish");
    expect((await app.ask("GET", `/workflows/${id}/versions/${number}`)).status).toBe(404);
  });

  test("are laid side by side, or beside the draft", async () => {
    const id = await create();
    await act(id, "publish");
    await save(id, { ...exampleWorkflow, name: "Two" });
    await act(id, "publish");
    await save(id, { ...exampleWorkflow, name: "Three" });
    const names = async (query: string) => {
      const { from, to } = await get(id, `/versions/1/diff${query}`);
      return [from.document.name, to.document.name];
    };
    expect(await names("?against=2")).toEqual(["Order total", "Two"]);
    expect(await names("")).toEqual(["Order total", "Three"]);
    expect((await app.ask("GET", `/workflows/${id}/versions/1/diff?against=9`)).status).toBe(404);
    expect((await app.ask("GET", `/workflows/${id}/versions/1/diff?against=-1`)).status).toBe(422);
  });
});

describe("rolling back", () => {
  test("publishes the old document as a new version and leaves the draft alone", async () => {
    const id = await create();
    await act(id, "publish");
    await save(id, { ...exampleWorkflow, name: "Bad idea" });
    await act(id, "publish");
    expect((await act(id, "rollback", { version: 1 })).body.version).toBe(3);
    expect(await get(id)).toMatchObject({ activeVersion: 3, name: "Bad idea" });
    expect(await get(id, "/versions/3")).toMatchObject({ name: "Order total", note: "Back to version 1" });
  });

  test("refuses a version that does not exist", async () => {
    const id = await create();
    expect((await act(id, "rollback", { version: 1 })).body.code).toBe("VERSION_UNKNOWN");
    expect((await act(id, "rollback", {})).body.code).toBe("INVALID_BODY");
    expect((await act(id, "rollback", { version: -1 })).status).toBe(422);
  });
});

describe("the endpoint", () => {
  const routeOf = async (endpointId: string) => {
    const page = await readFeed(app.deps.systemDb, 0);
    if (page.removedEndpoints.includes(endpointId)) return "removed";
    return page.endpoints.find(({ id }) => id === endpointId);
  };

  test("is in the feed with its version, and paused and resumed there", async () => {
    const id = await create();
    const { endpoint } = (await act(id, "publish")).body;
    expect(await routeOf(endpoint.id)).toMatchObject({ workflowId: id, version: 1, paused: false });
    expect((await act(id, "pause")).body.paused).toBe(true);
    expect(await routeOf(endpoint.id)).toMatchObject({ paused: true });
    expect((await act(id, "resume")).body.paused).toBe(false);
    expect(await routeOf(endpoint.id)).toMatchObject({ paused: false });
  });

  test("is rotated: the old address is removed for ever", async () => {
    const id = await create();
    const old = (await act(id, "publish")).body.endpoint;
    const rotated = await act(id, "endpoint/rotate");
    expect(rotated.status).toBe(200);
    expect(rotated.body.endpoint.id).not.toBe(old.id);
    expect(await routeOf(old.id)).toBe("removed");
    expect(await routeOf(rotated.body.endpoint.id)).toMatchObject({ workflowId: id });
    expect((await get(id)).endpoint).toEqual(rotated.body.endpoint);
  });

  test("cannot be rotated before there is one", async () => {
    const refused = await act(await create(), "endpoint/rotate");
    expect([refused.status, refused.body.code]).toEqual([409, "NO_ENDPOINT"]);
  });

  test("is removed with its workflow", async () => {
    const id = await create();
    const { endpoint } = (await act(id, "publish")).body;
    await app.ask("DELETE", `/workflows/${id}`);
    expect(await routeOf(endpoint.id)).toBe("removed");
  });
});
