import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { catalogue } from "@dap/connector";
import type { Json, JsonObject, Step, WebhookTrigger, Workflow } from "@dap/contract";
import { type Person, registerPerson } from "./src/person";
import { freePort, type Platform, startPlatform } from "./src/platform";
import { type Receiver, startReceiver } from "./src/receiver";
import { stepCases } from "./src/step-case";

type Answer = {
  readonly status: number;
  readonly body: Json & JsonObject;
  readonly runId: string;
  readonly tookMs: number;
};
type Run = { status: string; output: Json; steps: { stepKey: string; status: string; error?: { code: string } }[] };

/** A wait makes a version durable: the same document then goes through queue, worker and store. */
const pause: Step = { id: "pause0", use: "wait", durationMs: 1 };
const ways = [
  ["beside the caller", []],
  ["at a worker", [pause]],
] as const;

describe("every kind of step, called over its webhook", () => {
  let platform: Platform;
  let receiver: Receiver;
  let ann: Person;
  beforeAll(async () => {
    receiver = startReceiver(freePort());
    platform = await startPlatform({ env: { EGRESS_ALLOW: receiver.origin.slice("http://".length) } });
    ann = await registerPerson(platform.url);
  }, 90_000);
  afterAll(async () => {
    await platform.stop();
    await receiver.stop();
  });

  async function call(
    steps: readonly Step[],
    output: Json,
    {
      body = {},
      document,
      trigger,
    }: { body?: Json; document?: Partial<Workflow>; trigger?: Partial<WebhookTrigger> } = {},
  ): Promise<Answer> {
    const { url } = await ann.publish({
      dap: 1,
      name: "Steps",
      trigger: { kind: "webhook", reply: "result", ...trigger },
      steps,
      output,
      ...document,
    });
    const startMs = Date.now();
    const headers = { "content-type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    const parsed = (await answer.json()) as Answer["body"]; // whatever the workflow answers
    const runId = answer.headers.get("x-run-id") ?? String(parsed.runId);
    return { status: answer.status, body: parsed, runId, tookMs: Date.now() - startMs };
  }
  const runOf = async (runId: string) => (await ann.call<Run>("GET", `runs/${runId}`)).body;
  const get = (id: string, path: string, more: object = {}): Step => ({
    id,
    use: "http.request",
    with: { method: "GET", url: `${receiver.origin}${path}` },
    ...more,
  });
  const post = (id: string, path: string, more: object = {}): Step => ({
    id,
    use: "http.request",
    with: { method: "POST", url: `${receiver.origin}${path}`, body: { n: 1 } },
    ...more,
  });

  describe.each(ways)("%s", (_way, before) => {
    test.each(stepCases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
      const answer = await call([...before, ...one.steps], one.output, one);
      const run = await runOf(answer.runId);
      if (one.status !== undefined) {
        expect(answer).toMatchObject({ status: one.status, body: one.expected as object });
        expect(run.status).toBe("failed");
        return;
      }
      expect({ status: answer.status, body: answer.body as Json }).toEqual({ status: 200, body: one.expected });
      // Recomputed from the history, it is the same again.
      expect({ status: run.status, output: run.output }).toEqual({ status: "succeeded", output: one.expected });
    });

    test("every computing step of the catalogue gives what its sample says", async () => {
      const samples = [...catalogue.values()].filter(({ compute }) => compute !== undefined);
      const steps = samples.map(
        ({ use, sample }, at): Step => ({ id: `s${at}`, use, with: sample.with as JsonObject }),
      );
      const output = Object.fromEntries(samples.map((_, at) => [`s${at}`, `{{ steps.s${at} }}`]));
      const { body } = await call([...before, ...steps], output);
      for (const [at, { use, sample }] of samples.entries())
        expect({ use, output: body[`s${at}`] }).toEqual({ use, output: sample.output });
    });

    test("a read that takes longer than its time fails with TIMEOUT", async () => {
      const answer = await call([...before, get("late", "/slow/late?ms=3000", { timeoutMs: 100 })], 1);
      expect(answer).toMatchObject({ status: 422, body: { stepId: "late", stepCode: "TIMEOUT" } });
    });

    test("the loser of a race is stopped, and keeps nobody waiting", async () => {
      const branches = { slow: [get("slow", "/slow/race?ms=5000")], fast: [get("fast", "/echo/race")] };
      const race: Step = { id: "race", use: "parallel", join: "any", branches };
      const { status, tookMs } = await call([...before, race], 1);
      expect(status).toBe(200);
      expect(tookMs).toBeLessThan(3_000);
    });

    test("a private address that EGRESS_ALLOW does not name is not called", async () => {
      for (const url of [
        platform.url,
        "http://169.254.169.254/",
        "http://[::ffff:127.0.0.1]:1/",
        "http://2130706433:1/",
      ]) {
        const probe: Step = { id: "probe", use: "http.request", with: { method: "GET", url } };
        expect((await call([...before, probe], 1)).body).toMatchObject({ stepCode: "EGRESS_ADDRESS_REFUSED" });
      }
    });
  });

  test("a failing receiver is tried again at growing distances; answers end a key, and the run says how often", async () => {
    const retry = { attemptsMax: 4, delayMsMin: 80, delayMsMax: 1_000, factor: 2 };
    const { body, runId } = await call(
      [post("order", "/flaky/again?fails=2", { retry })],
      "{{ steps.order.body.calls }}",
    );
    expect(body as Json).toBe(3);
    const seen = receiver.seen("again");
    expect(seen.map(({ key }) => key)).toEqual([1, 2, 3].map((n) => `${runId}:order:0:${n}`));
    const [first, second, third] = seen.map(({ atMs }) => atMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(40);
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(80);
  });

  test("an outcome that nobody knows keeps its key, or ends the step that must not be repeated", async () => {
    const impatient = { timeoutMs: 60, retry: { attemptsMax: 2, delayMsMin: 1 } };
    await call([post("twice", "/slow/unknown?ms=2000", impatient)], 1);
    expect(receiver.seen("unknown").map(({ key }) => key?.split(":").at(-1))).toEqual(["1", "1"]);
    const once = await call([post("once", "/slow/once?ms=2000", { ...impatient, effect: "atMostOnce" })], 1);
    expect(once.body).toMatchObject({ stepId: "once", stepCode: "OUTCOME_UNKNOWN" });
    expect(receiver.seen("once")).toHaveLength(1);
  });

  test("a refusal by the receiver is final, and without retry nothing is tried again", async () => {
    await call([get("gone", "/flaky/gone?fails=9&status=404", { retry: { attemptsMax: 3, delayMsMin: 1 } })], 1);
    await call([post("single", "/flaky/single?fails=9")], 1);
    expect([receiver.seen("gone").length, receiver.seen("single").length]).toEqual([1, 1]);
  });

  test("forEach keeps to its concurrency and to the order of its items", async () => {
    const each: Step = {
      id: "each",
      use: "forEach",
      items: "{{ [1, 2, 3, 4] }}",
      as: "n",
      concurrency: 2,
      collect: "{{ steps.call.body.query.n }}",
      steps: [post("call", "/slow/each?ms=150&n={{ n }}")],
    };
    const { body, tookMs } = await call([each], "{{ steps.each }}");
    expect(body as Json).toEqual(["1", "2", "3", "4"]);
    const seen = receiver.seen("each");
    expect((seen[2]?.atMs ?? 0) - (seen[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(140);
    expect(tookMs).toBeLessThan(2_500);
  });

  test("respond answers the caller while the run goes on", async () => {
    const steps: Step[] = [
      { id: "answer", use: "respond", with: { status: 201, headers: { "x-mine": "1" }, body: { ok: true } } },
      post("after", "/slow/after?ms=300"),
    ];
    const { status, body, runId } = await call(steps, "the end");
    expect({ status, body: body as Json }).toEqual({ status: 201, body: { ok: true } });
    await until(async () => (await runOf(runId)).status === "succeeded");
    expect(receiver.seen("after")).toHaveLength(1);
  });

  test("a step and a run past their time are stopped, and clean up", async () => {
    const waiting: Step = { id: "long", use: "wait", durationMs: 60_000 };
    const guarded: Step = {
      id: "guard",
      use: "try",
      steps: [{ id: "inner", use: "graph", timeoutMs: 100, steps: [waiting] }],
      catch: [{ id: "caught", use: "transform.set", with: { code: "{{ error.code }}" } }],
    };
    expect((await call([guarded], "{{ steps.guard.code }}")).body as Json).toBe("TIMEOUT");
    const cleaned: Step = { id: "try", use: "try", steps: [waiting], finally: [post("clean", "/echo/clean")] };
    const late = await call([cleaned], 1, { document: { deadlineMs: 200 } });
    expect(late).toMatchObject({ status: 422, body: { stepCode: "DEADLINE" } });
    expect(receiver.seen("clean")).toHaveLength(1);
  });

  test("a waiting run is cancelled from the API and runs its finally", async () => {
    const waiting: Step = { id: "long", use: "wait", durationMs: 60_000 };
    const cleaned: Step = { id: "try", use: "try", steps: [waiting], finally: [post("undo", "/echo/undo")] };
    const { body } = await call([cleaned], 1, { trigger: { reply: "accepted" } });
    const runId = String(body.runId);
    await until(async () => (await runOf(runId)).status === "waiting");
    expect((await ann.call("POST", `runs/${runId}/cancel`)).status).toBe(202);
    await until(async () => (await runOf(runId)).status === "cancelled");
    expect(receiver.seen("undo")).toHaveLength(1);
    expect((await ann.call("POST", `runs/${runId}/cancel`)).status).toBe(409);
  });
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const endsAtMs = Date.now() + 5_000;
  while (!(await isTrue())) {
    if (Date.now() > endsAtMs) throw new Error("it did not come true within 5 s");
    await Bun.sleep(25);
  }
}
