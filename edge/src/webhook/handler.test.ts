import { describe, expect, test } from "bun:test";
import { catalogue } from "@dap/connector";
import type { InputEvent, JsonSchema, PublishedVersion, Step, WebhookTrigger } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { newId } from "@dap/platform/id";
import type { RunRecord, RunStart } from "@dap/run";
import { createPlanCache } from "../route/plan-cache";
import { createSnapshot } from "../route/snapshot";
import { runInline } from "../run/inline";
import type { Awaited } from "../run/wait";
import { handleWebhook, type WebhookDeps } from "./handler";

const endpointId = "AbCdEfGhIjKlMnOpQrStUv";

type World = {
  readonly deps: WebhookDeps;
  readonly recorded: RunRecord[];
  readonly accepted: RunStart[];
  readonly call: (
    request?: RequestInit & { path?: string; query?: string },
  ) => Promise<{ status: number; code: string; body: unknown; headers: Headers }>;
};

function makeWorld(
  trigger: Partial<WebhookTrigger>,
  steps: readonly Step[],
  output: unknown,
  extra: { paused?: boolean; awaited?: Awaited; perform?: () => InputEvent; deps?: Partial<WebhookDeps> } = {},
): World {
  const document = {
    dap: 1,
    name: "Order",
    trigger: { kind: "webhook", reply: "result", ...trigger },
    steps,
    output,
  } as PublishedVersion["document"];
  const snapshot = createSnapshot({
    cursor: 1,
    endpoints: [{ id: endpointId, teamId: "t", workflowId: "w", version: 1, paused: extra.paused ?? false }],
    versions: [{ teamId: "t", workflowId: "w", version: 1, name: "Order", document }],
    removedEndpoints: [],
  });
  const recorded: RunRecord[] = [];
  const accepted: RunStart[] = [];
  const deps: WebhookDeps = {
    snapshot,
    plans: createPlanCache(catalogue),
    catchUp: async () => undefined,
    runInline: (plan, event) =>
      runInline(plan, event, {
        nowMs: () => 1_000,
        perform: async ({ stepKey, attempt, inputHash }) =>
          extra.perform?.() ?? {
            kind: "stepSucceeded",
            stepKey,
            attempt,
            inputHash,
            output: { status: 200, headers: {}, body: { price: 4 } },
            startedAtMs: 1,
            atMs: 2,
          },
      }),
    accept: async (start) => {
      accepted.push(start);
      return { kind: "accepted", runId: start.accepted.runId };
    },
    record: async (record) => {
      recorded.push(record);
      return { kind: "recorded", runId: record.start.accepted.runId };
    },
    awaitRun: async () => extra.awaited ?? { kind: "going" },
    announce: () => undefined,
    statusUrl: (teamId, runId) => `http://localhost/${teamId}/${runId}`,
    nowMs: () => 1_000,
    ...extra.deps,
  };
  return {
    deps,
    recorded,
    accepted,
    call: async ({ path = "", query = "", ...init } = {}) => {
      const defaults =
        init.method === undefined || init.method === "POST"
          ? { body: '{"n":2}', headers: { "content-type": "application/json" } }
          : {};
      const request = new Request("http://localhost/", { method: "POST", ...defaults, ...init });
      try {
        const asked = { request, pathname: `/w/${endpointId}${path}`, query, requestId: "request-1", freshId: newId() };
        const answer = await handleWebhook(asked, deps);
        const text = await answer.text();
        const body = text === "" ? undefined : JSON.parse(text);
        return { status: answer.status, code: body?.code ?? "", body, headers: answer.headers };
      } catch (error) {
        if (error instanceof Failure)
          return { status: error.status, code: error.code, body: error.problems, headers: new Headers(error.headers) };
        throw error;
      }
    },
  };
}

const set = (id: string, value: Record<string, string>): Step => ({ id, use: "transform.set", with: value });
const inline = (trigger: Partial<WebhookTrigger> = {}, extra = {}) =>
  makeWorld(trigger, [set("a", { n: "{{ trigger.body.n * 2 }}" })], { n: "{{ steps.a.n }}" }, extra);

describe("a webhook of an inline workflow", () => {
  test("is answered with the output after its whole history was recorded", async () => {
    const world = inline();
    expect(await world.call()).toMatchObject({ status: 200, body: { n: 4 } });
    expect(world.recorded).toHaveLength(1);
    expect(world.recorded[0]?.events.map(({ kind }) => kind)).toEqual(["accepted", "ended"]);
    expect(world.recorded[0]?.outcome).toEqual({ status: "succeeded", output: { n: 4 } });
  });

  test("records what it read from the world", async () => {
    const get: Step = {
      id: "get",
      use: "http.request",
      with: { method: "GET", url: "https://example.com/x?n={{ trigger.body.n }}" },
    };
    const world = makeWorld({}, [get], { price: "{{ steps.get.body.price }}" });
    expect(await world.call()).toMatchObject({ status: 200, body: { price: 4 } });
    expect(world.recorded[0]?.events.map(({ kind }) => kind)).toEqual(["accepted", "stepSucceeded", "ended"]);
  });

  test("is not recorded with record none, and only when it fails with record failures", async () => {
    const none = inline({ record: "none" });
    expect((await none.call()).status).toBe(200);
    expect(none.recorded).toHaveLength(0);
    const failures = makeWorld({ record: "failures" }, [set("a", { n: "{{ trigger.body.missing.x }}" })], {});
    expect(await failures.call()).toMatchObject({ status: 422, code: "RUN_FAILED" });
    expect(failures.recorded).toHaveLength(1);
  });

  test("that lost the race of one idempotency key gets the winner's outcome", async () => {
    const winner = { status: "succeeded", output: { n: 99 } } as const;
    const world = inline({}, { deps: { record: async () => ({ kind: "repeated", runId: "first", outcome: winner }) } });
    const answer = await world.call({ headers: { "idempotency-key": "k" }, body: '{"n":2}' });
    expect(answer).toMatchObject({ status: 200, body: { n: 99 } });
    expect(answer.headers.get("x-run-id")).toBe("first");
  });

  test("keeps credentials out of the trigger", async () => {
    const world = inline();
    await world.call({
      headers: { authorization: "Bearer x", cookie: "a=b", "x-other": "kept", "content-type": "application/json" },
      body: "{}",
    });
    const trigger = world.recorded[0]?.start.accepted.trigger as { headers: Record<string, string> };
    expect(trigger.headers["x-other"]).toBe("kept");
    expect(Object.keys(trigger.headers)).not.toContain("authorization");
    expect(Object.keys(trigger.headers)).not.toContain("cookie");
  });

  test("is told to come again, with nothing promised, when the store is away", async () => {
    const world = inline({}, { deps: { record: () => Promise.reject(new Error("connection lost")) } });
    const answer = await world.call();
    expect(answer).toMatchObject({ status: 503, code: "STORE_UNAVAILABLE" });
    expect(answer.headers.get("retry-after")).toBe("1");
  });
});

describe("a webhook of a durable workflow", () => {
  const durable = (trigger: Partial<WebhookTrigger>, extra = {}) =>
    makeWorld(trigger, [{ id: "w", use: "wait", durationMs: 5 }], { ok: true }, extra);

  test("is answered 202 once accepted", async () => {
    const world = durable({ reply: "accepted" });
    const answer = await world.call();
    expect(answer).toMatchObject({ status: 202, body: { runId: world.accepted[0]?.accepted.runId } });
  });
  test("with reply result waits for the end", async () => {
    expect(
      await durable({}, { awaited: { kind: "ended", outcome: { status: "succeeded", output: { done: 1 } } } }).call(),
    ).toMatchObject({ status: 200, body: { done: 1 } });
  });
  test("answers what a respond step said", async () => {
    const response = { status: 201, headers: { "x-a": "b", "set-cookie": "no" }, body: { made: true } };
    const answer = await durable({}, { awaited: { kind: "responded", response } }).call();
    expect(answer).toMatchObject({ status: 201, body: { made: true } });
    expect(answer.headers.get("x-a")).toBe("b");
    expect(answer.headers.get("set-cookie")).toBeNull();
  });
  test("still going after the wait is answered 202 with a status URL", async () => {
    expect(await durable({}).call()).toMatchObject({
      status: 202,
      body: { statusUrl: expect.stringContaining("http://localhost/t/") },
    });
  });
  test("that failed is answered 422 with the step and its code", async () => {
    const outcome = {
      status: "failed",
      stepKey: "w/3",
      error: { code: "BROKEN", message: "It broke.", retryable: false },
    } as const;
    expect(await durable({}, { awaited: { kind: "ended", outcome } }).call()).toMatchObject({
      status: 422,
      code: "RUN_FAILED",
      body: { stepId: "w", stepCode: "BROKEN" },
    });
  });
});

describe("a call that must not start a run", () => {
  const schema: JsonSchema = { type: "object", required: ["n"], properties: { n: { type: "number" } } };
  test.each([
    ["an unknown endpoint", inline(), { path: "x" }, 404, "ENDPOINT_NOT_FOUND"],
    ["a paused workflow", inline({}, { paused: true }), {}, 409, "WORKFLOW_PAUSED"],
    ["another method", inline(), { method: "PUT", body: "{}" }, 405, "METHOD_NOT_ALLOWED"],
    ["HEAD", inline(), { method: "HEAD" }, 405, "METHOD_NOT_ALLOWED"],
    ["a preflight of an endpoint without CORS", inline(), { method: "OPTIONS" }, 405, "METHOD_NOT_ALLOWED"],
    ["malformed JSON", inline(), { body: "{" }, 400, "MALFORMED_JSON"],
    ["an input that does not fit", inline({ input: schema }), { body: '{"n":"x"}' }, 422, "INPUT_REFUSED"],
    ["a body over its limit", inline({ bodyBytesMax: 5 }), {}, 413, "BODY_TOO_LARGE"],
    [
      "an endless idempotency key",
      inline(),
      { headers: { "idempotency-key": "k".repeat(256) }, body: "{}" },
      422,
      "IDEMPOTENCY_KEY_INVALID",
    ],
    [
      "an empty idempotency key",
      inline(),
      { headers: { "idempotency-key": "" }, body: "{}" },
      422,
      "IDEMPOTENCY_KEY_INVALID",
    ],
  ] as const)("%s is refused with its own code and nothing stored", async (_name, world, request, status, code) => {
    expect(await world.call(request)).toMatchObject({ status, code });
    expect(world.recorded).toHaveLength(0);
    expect(world.accepted).toHaveLength(0);
  });

  test("a page that may call may read why it was refused", async () => {
    const world = inline({ cors: { origins: ["https://shop.example"] } });
    const refused = (origin: string) => world.call({ body: "{", headers: { origin } });
    expect((await refused("https://shop.example")).headers.get("access-control-allow-origin")).toBe(
      "https://shop.example",
    );
    expect((await refused("https://evil.test")).headers.get("access-control-allow-origin")).toBeNull();
  });

  test("a preflight of an endpoint with CORS is answered for the listed origin alone", async () => {
    const world = inline({ cors: { origins: ["https://shop.example"] } });
    const ask = (origin: string) => world.call({ method: "OPTIONS", headers: { origin } });
    expect((await ask("https://shop.example")).headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect((await ask("https://shop.example.evil.test")).headers.get("access-control-allow-origin")).toBeNull();
    expect(world.recorded).toHaveLength(0);
  });
});
