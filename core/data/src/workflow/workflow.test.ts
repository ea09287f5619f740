import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { exampleWorkflow } from "../setup/example";
import { createTestApp, type TestApp, teamB } from "../test-app";

const manual = { dap: 1, name: "Small", trigger: { kind: "manual" }, steps: [] };
const unsound = { ...manual, output: "{{ steps.nobody.x }}" };
const unknownId = "01890000-0000-7000-8000-0000000000ff";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
}, 60_000);
afterAll(() => app.close());

const create = async (document: unknown = manual, more: object = {}) =>
  (await app.ask("POST", "/workflows", { body: { document, ...more } })).body;

describe("creating a workflow", () => {
  test("answers 201 with the workflow, its ETag and its place", async () => {
    const made = await app.ask("POST", "/workflows", {
      body: { document: exampleWorkflow, folder: "shop", tags: ["order"] },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: "Order total",
      folder: "shop",
      tags: ["order"],
      draftVersion: 1,
      activeVersion: null,
      paused: false,
      endpoint: null,
    });
    expect(made.body.draft).toEqual(JSON.parse(JSON.stringify(exampleWorkflow)));
    expect(made.headers.get("etag")).toBe('"1"');
    expect((await app.ask("GET", made.headers.get("location") ?? "")).body).toEqual(made.body);
  });

  test("stores problems of meaning with the draft", async () => {
    const made = await app.ask("POST", "/workflows", { body: { document: unsound } });
    expect(made.status).toBe(201);
    expect(made.body.problems).toMatchObject([{ path: "/output", severity: "error" }]);
  });

  test.each([
    ["no JSON", { text: "{" }, 400, "MALFORMED_JSON"],
    ["another type of body", { text: "a=1", headers: { "content-type": "text/plain" } }, 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["no document", { body: {} }, 422, "INVALID_BODY"],
    ["a field that is not the caller's", { body: { document: manual, teamId: teamB } }, 422, "INVALID_BODY"],
    ["a body over the limit", { text: `"${"x".repeat(5_300_000)}"` }, 413, "BODY_TOO_LARGE"],
    ["a document of another shape", { body: { document: { ...manual, steps: {} } } }, 422, "DOCUMENT_STRUCTURE"],
    ["a folder that cannot be stored", { body: { document: manual, folder: "a\u0000" } }, 422, "INVALID_BODY"],
  ])("refuses %s and stores nothing", async (_what, ask, status, code) => {
    const before = await app.count("workflow");
    const refused = await app.ask("POST", "/workflows", ask);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(await app.count("workflow")).toBe(before);
  });

  test("names every fault of the structure with its place", async () => {
    const refused = await app.ask("POST", "/workflows", { body: { document: { ...manual, name: 1, extra: 1 } } });
    expect(refused.body.problems.map(({ path }: { path: string }) => path).sort()).toEqual(["/extra", "/name"]);
  });
});

describe("an Idempotency-Key", () => {
  const headers = { "idempotency-key": "create-once" };

  test("gives the first answer again instead of a second workflow", async () => {
    const before = await app.count("workflow");
    const first = await app.ask("POST", "/workflows", { body: { document: manual }, headers });
    const second = await app.ask("POST", "/workflows", { body: { document: manual }, headers });
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(second.headers.get("etag")).toBe('"1"');
    expect(await app.count("workflow")).toBe(before + 1);
  });

  test("holds when both calls come at the same time", async () => {
    const same = { body: { document: manual }, headers: { "idempotency-key": "at-the-same-time" } };
    const both = await Promise.all(Array.from({ length: 4 }, () => app.ask("POST", "/workflows", same)));
    expect(new Set(both.map(({ body }) => body.id)).size).toBe(1);
  });

  test("is refused with another body", async () => {
    const refused = await app.ask("POST", "/workflows", { body: { document: exampleWorkflow }, headers });
    expect([refused.status, refused.body.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
  });

  test("stays free when the act is refused", async () => {
    const key = { "idempotency-key": "first-wrong" };
    expect((await app.ask("POST", "/workflows", { body: { document: {} }, headers: key })).status).toBe(422);
    expect((await app.ask("POST", "/workflows", { body: { document: manual }, headers: key })).status).toBe(201);
  });

  test("is refused when it is none", async () => {
    const odd = { body: { document: manual }, headers: { "idempotency-key": "a b" } };
    expect((await app.ask("POST", "/workflows", odd)).body.code).toBe("IDEMPOTENCY_KEY_INVALID");
  });
});

describe("importing", () => {
  const place = "/workflows/import";
  test("takes a bare document, or one in a body with folder and tags", async () => {
    const bare = await app.ask("POST", place, { body: exampleWorkflow });
    const wrapped = await app.ask("POST", place, { body: { document: exampleWorkflow, folder: "in" } });
    expect([bare.status, wrapped.status]).toEqual([201, 201]);
    expect([bare.body.folder, wrapped.body.folder]).toEqual(["", "in"]);
  });

  test("gives back what was exported", async () => {
    const { id, draft } = await create(exampleWorkflow);
    const exported = await app.ask("GET", `/workflows/${id}/export`);
    expect(exported.status).toBe(200);
    expect(exported.headers.get("content-disposition")).toBe('attachment; filename="order-total.workflow.json"');
    const again = await app.ask("POST", place, { body: exported.body });
    expect(again.body.draft).toEqual(draft);
  });

  test("refuses what is no document", async () => {
    const refused = await app.ask("POST", place, { body: { nodes: [] } });
    expect([refused.status, refused.body.code]).toEqual([422, "DOCUMENT_STRUCTURE"]);
  });

  test("answers 404 for a version that does not exist", async () => {
    const { id } = await create();
    expect((await app.ask("GET", `/workflows/${id}/export?version=3`)).status).toBe(404);
  });
});

describe("the list of workflows", () => {
  test("is paged, newest first, and filtered by folder, tag and part of the name", async () => {
    const ids: string[] = [];
    for (const name of ["Alpha 1", "Alpha 2", "Beta 100%"])
      ids.unshift((await create({ ...manual, name }, { folder: "list", tags: [name.slice(0, 4)] })).id);
    const list = async (query: string) => (await app.ask("GET", `/workflows?${query}`)).body;
    const idsOf = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);
    const first = await list("folder=list&limit=2");
    expect(idsOf(first)).toEqual(ids.slice(0, 2));
    const second = await list(`folder=list&limit=2&cursor=${first.nextCursor}`);
    expect([idsOf(second), second.nextCursor]).toEqual([ids.slice(2), null]);
    expect(idsOf(await list("tag=Beta"))).toEqual(ids.slice(0, 1));
    expect(idsOf(await list("folder=list&search=alpha"))).toEqual(ids.slice(1));
    expect(idsOf(await list("folder=list&search=100%25"))).toEqual(ids.slice(0, 1));
    expect(first.items[0].draft).toBeUndefined();
  });

  test.each(["cursor=abc", "limit=x", "search=%00", "no=1", "cursor='"])("refuses ?%s", async (query) => {
    const refused = await app.ask("GET", `/workflows?${query}`);
    expect([refused.status, refused.body.code]).toEqual([422, "INVALID_QUERY"]);
  });
});

describe("a draft", () => {
  const put = (id: string, body: unknown, ifMatch?: string) =>
    app.ask("PUT", `/workflows/${id}/draft`, { body, headers: ifMatch === undefined ? {} : { "if-match": ifMatch } });

  test("is replaced by who saw the last one, and has a new ETag then", async () => {
    const { id } = await create();
    const saved = await put(id, { ...manual, name: "Other" }, '"1"');
    expect([saved.status, saved.body.name, saved.body.draftVersion]).toEqual([200, "Other", 2]);
    expect(saved.headers.get("etag")).toBe('"2"');
    expect((await app.ask("GET", `/workflows/${id}/draft`)).body).toEqual({ ...manual, name: "Other" });
  });

  test("is guarded: 428 without If-Match, 412 with an old one, each before the body is looked at", async () => {
    const { id } = await create();
    await put(id, manual, '"1"');
    expect((await put(id, 1)).body.code).toBe("PRECONDITION_REQUIRED");
    const stale = await put(id, 1, '"1"');
    expect([stale.status, stale.body.code, stale.headers.get("etag")]).toEqual([412, "DRAFT_CHANGED", '"2"']);
    expect((await put(id, manual, 'W/"2"')).status).toBe(412);
    expect((await put(id, manual, '"7", "2"')).status).toBe(200);
    expect((await put(id, manual, "*")).status).toBe(200);
  });

  test("is saved by one of many who saw the same one", async () => {
    const { id } = await create();
    const all = await Promise.all(Array.from({ length: 5 }, (_, n) => put(id, { ...manual, name: `N${n}` }, '"1"')));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
  });

  test("is left alone by a document of another shape", async () => {
    const { id, draft } = await create();
    const refused = await put(id, { ...manual, steps: 1 }, '"1"');
    expect([refused.status, refused.body.code]).toEqual([422, "DOCUMENT_STRUCTURE"]);
    expect((await app.ask("GET", `/workflows/${id}`)).body).toMatchObject({ draft, draftVersion: 1 });
  });

  test("is checked as it is, or as it would be", async () => {
    const { id } = await create(unsound);
    const stored = await app.ask("POST", `/workflows/${id}/check`);
    expect([stored.status, stored.body.problems[0].path]).toEqual([200, "/output"]);
    expect((await app.ask("POST", `/workflows/${id}/check`, { body: { document: manual } })).body.problems).toEqual([]);
    const structure = await app.ask("POST", `/workflows/${id}/check`, { body: { document: {} } });
    expect([structure.status, structure.body.problems[0].code]).toEqual([200, "STRUCTURE"]);
    expect((await app.ask("POST", `/workflows/${id}/check`, { body: { documents: 1 } })).status).toBe(422);
  });
});

describe("changing a workflow", () => {
  const patch = (id: string, body: unknown, headers = {}) => app.ask("PATCH", `/workflows/${id}`, { body, headers });

  test("renames it in its document, and files it", async () => {
    const { id } = await create();
    const changed = await patch(id, { name: "New", folder: "f", tags: ["t"] });
    expect(changed.body).toMatchObject({ name: "New", folder: "f", tags: ["t"], draftVersion: 2 });
    expect(changed.body.draft.name).toBe("New");
  });

  test("leaves the draft's ETag alone when only the folder changes", async () => {
    const { id } = await create();
    expect((await patch(id, { folder: "f" })).body.draftVersion).toBe(1);
  });

  test("honours If-Match", async () => {
    const { id } = await create();
    expect((await patch(id, { name: "New" }, { "if-match": '"9"' })).status).toBe(412);
  });

  test.each([{}, { name: "" }, { name: "a\nb" }, { id: unknownId }, { activeVersion: 3 }, { tags: ["a", "a"] }])(
    "refuses %j",
    async (body) => {
      const { id } = await create();
      expect([(await patch(id, body)).status, (await patch(id, body)).body.code]).toEqual([422, "INVALID_BODY"]);
    },
  );

  test("deletes it: it is gone for everybody, and its name is no more in lists", async () => {
    const { id } = await create({ ...manual, name: "Short-lived" });
    expect((await app.ask("DELETE", `/workflows/${id}`)).status).toBe(204);
    expect((await app.ask("GET", `/workflows/${id}`)).status).toBe(404);
    expect((await app.ask("DELETE", `/workflows/${id}`)).status).toBe(404);
    expect((await app.ask("GET", "/workflows?search=short-lived")).body.items).toEqual([]);
  });
});
