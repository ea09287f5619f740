import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Workflow } from "@dap/contract";
import { type Person, registerPerson } from "./src/person";
import { type Platform, startPlatform } from "./src/platform";

type Problem = { code: string; problems?: { path: string; code: string; suggestion?: string }[] };

describe("bad input", () => {
  let platform: Platform;
  let ann: Person;
  let eve: Person;
  let order: { id: string; url: string };
  beforeAll(async () => {
    platform = await startPlatform();
    [ann, eve] = await Promise.all([registerPerson(platform.url), registerPerson(platform.url)]);
    const input = { type: "object", required: ["n"], properties: { n: { type: "number" } } } as const;
    order = await ann.publish({
      dap: 1,
      name: "Order",
      trigger: { kind: "webhook", reply: "result", input, bodyBytesMax: 1_000 },
      steps: [],
      output: { n: "{{ trigger.body.n }}" },
    });
  });
  afterAll(() => platform.stop());

  const runCount = async () => (await ann.call<{ items: unknown[] }>("GET", "runs?limit=200")).body.items.length;
  const post = (url: string, body: string, headers: Record<string, string> = {}) =>
    fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });

  test.each([
    ["malformed JSON", '{"n":', 400, "MALFORMED_JSON"],
    ["an input that does not fit its schema", '{"n":"x"}', 422, "INPUT_REFUSED"],
    ["a body over the limit", JSON.stringify({ n: 1, x: "y".repeat(2_000) }), 413, "BODY_TOO_LARGE"],
  ])("at a webhook: %s is refused with its code and leaves no run", async (_name, body, status, code) => {
    const before = await runCount();
    const answer = await post(order.url, body);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect({ status: answer.status, code: ((await answer.json()) as Problem).code }).toEqual({ status, code });
    expect(await runCount()).toBe(before);
  });

  test("a webhook to an unknown endpoint is 404, to a paused one 409, and to a resumed one answered", async () => {
    const unknown = await post(`${platform.url}/w/AAAAAAAAAAAAAAAAAAAAAA`, "{}");
    expect({ status: unknown.status, code: ((await unknown.json()) as Problem).code }).toEqual({
      status: 404,
      code: "ENDPOINT_NOT_FOUND",
    });
    await ann.call("POST", `workflows/${order.id}/pause`, {});
    const paused = await post(order.url, '{"n":1}');
    expect({ status: paused.status, code: ((await paused.json()) as Problem).code }).toEqual({
      status: 409,
      code: "WORKFLOW_PAUSED",
    });
    await ann.call("POST", `workflows/${order.id}/resume`, {});
    expect((await post(order.url, '{"n":1}')).status).toBe(200);
  });

  test("an address that was rotated away answers no more, the new one does", async () => {
    const made = await ann.publish({
      dap: 1,
      name: "Rotated",
      trigger: { kind: "webhook", reply: "result" },
      steps: [],
      output: 1,
    });
    const rotated = await ann.call<{ endpoint: { url: string } }>("POST", `workflows/${made.id}/endpoint/rotate`, {});
    expect(rotated.status).toBe(200);
    expect((await post(made.url, "{}")).status).toBe(404);
    expect((await post(rotated.body.endpoint.url, "{}")).status).toBe(200);
  });

  test("a foreign team's workflow is as invisible as one that does not exist", async () => {
    const foreign = await eve.call<Problem>("GET", `/teams/${ann.teamId}/workflows/${order.id}`);
    const random = await eve.call<Problem>(
      "GET",
      `/teams/${ann.teamId}/workflows/01a20a4b-dd13-7583-898b-e09ffa1b898a`,
    );
    const within = await eve.call<Problem>("GET", `workflows/${order.id}`);
    expect([foreign.status, random.status, within.status]).toEqual([404, 404, 404]);
    expect(foreign.body.code).toBe(random.body.code);
  });

  test("without a token, with a forged or with an altered one the answer is 401", async () => {
    const path = `${platform.url}/api/v1/teams/${ann.teamId}/workflows`;
    const [header, payload, signature] = ann.token.split(".");
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url");
    const tokens = [undefined, "x", `${none}.${payload}.`, `${header}.${payload}.${signature?.slice(0, -4)}AAAA`];
    for (const token of tokens) {
      const answer = await fetch(path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(401);
    }
  });

  test("a document that does not fit its structure is not stored", async () => {
    const answer = await ann.call<Problem>("POST", "workflows", {
      document: { dap: 1, name: "x", trigger: { kind: "webhook" }, steps: [{ use: "if" }] },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.problems?.length).toBeGreaterThan(0);
    expect(answer.body.problems?.every(({ path }) => path.startsWith("/steps/0"))).toBe(true);
  });

  test("publishing is refused with every problem at once, each with its place, code and a way out", async () => {
    const document = {
      dap: 1,
      name: "Wrong",
      trigger: {
        kind: "webhook",
        reply: "result",
        input: {
          type: "object",
          required: ["order"],
          properties: { order: { type: "object", required: ["total"], properties: { total: { type: "number" } } } },
        },
      },
      steps: [
        { id: "a", use: "transform.sett", with: {} },
        { id: "b", use: "transform.set", with: { x: "{{ trigger.body.ordr.total }}" } },
        { id: "c", use: "transform.set", with: { x: "{{ uper('x') }}" } },
        { id: "d", use: "transform.set", with: { x: "{{ 1 + }}" } },
        { id: "e", use: "forEach", items: "{{ trigger.body.order.total }}", as: "item", steps: [] },
        {
          id: "f",
          use: "if",
          when: "{{ trigger.body.order.total > 1 }}",
          then: [{ id: "g", use: "transform.set", with: { y: 1 } }],
        },
        { id: "h", use: "transform.set", with: { x: "{{ steps.g.y }}" } },
        { id: "i", use: "transform.set", with: { x: "{{ steps.nope.y }}" } },
        { id: "b", use: "transform.set", with: {} },
        { id: "k", use: "http.request", connection: "missing", with: { method: "GET", url: "https://example.com" } },
      ],
      output: {},
    } as unknown as Workflow;
    const created = await ann.call<{ id: string; problems: unknown[] }>("POST", "workflows", { document });
    expect(created.status).toBe(201);
    const refused = await ann.call<Problem>("POST", `workflows/${created.body.id}/publish`, {});
    expect({ status: refused.status, code: refused.body.code }).toEqual({ status: 422, code: "DOCUMENT_REFUSED" });
    const found = (refused.body.problems ?? []).map(
      ({ path, code }) => `${path.split("/").slice(0, 3).join("/")} ${code}`,
    );
    for (const expected of [
      "/steps/0 UNKNOWN_STEP_KIND",
      "/steps/1 UNKNOWN_FIELD",
      "/steps/2 UNKNOWN_FUNCTION",
      "/steps/3 SYNTAX",
      "/steps/4 WRONG_TYPE",
      "/steps/6 MAY_BE_MISSING",
      "/steps/7 UNKNOWN_STEP",
      "/steps/8 DUPLICATE_ID",
      "/steps/9 UNKNOWN_CONNECTION",
    ])
      expect(found).toContain(expected);
    const unknown = (refused.body.problems ?? []).filter(
      ({ code }) => code.startsWith("UNKNOWN_") && code !== "UNKNOWN_CONNECTION",
    );
    for (const problem of unknown)
      expect(`${problem.code} ${problem.suggestion !== undefined}`).toBe(`${problem.code} true`);
  });

  test("a draft is saved only over the version that was read", async () => {
    const made = await ann.call<{ id: string; draft: Workflow }>("POST", "workflows", {
      document: { dap: 1, name: "Draft", trigger: { kind: "manual" }, steps: [] },
    });
    const path = `workflows/${made.body.id}/draft`;
    const read = await ann.call("GET", `workflows/${made.body.id}`);
    const etag = read.headers.get("etag") ?? "";
    expect((await ann.call<Problem>("PUT", path, made.body.draft)).status).toBe(428);
    expect((await ann.call("PUT", path, { ...made.body.draft, name: "Once" }, { "if-match": etag })).status).toBe(200);
    expect((await ann.call("PUT", path, { ...made.body.draft, name: "Twice" }, { "if-match": etag })).status).toBe(412);
  });

  test("internal and ambiguous paths lead nowhere", async () => {
    for (const path of [
      "/internal/routes",
      "/healthz",
      "/readyz",
      "/metrics",
      "/api/v1/teams/..%2f..%2finternal/routes",
      "/api//v1/teams",
    ])
      expect((await fetch(`${platform.url}${path}`)).status).toBe(404);
  });
});
