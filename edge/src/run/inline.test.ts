import { describe, expect, test } from "bun:test";
import { catalogue } from "@dap/connector";
import type { AcceptedEvent, InputEvent, Step, Workflow } from "@dap/contract";
import { compileWorkflow, type Plan } from "@dap/engine";
import { type InlineDeps, runInline } from "./inline";

const get = (id: string): Step => ({
  id,
  use: "http.request",
  with: { method: "GET", url: `https://example.com/${id}` },
});

function makePlan(steps: readonly Step[]): Plan {
  const document: Workflow = { dap: 1, name: "Race", trigger: { kind: "webhook", reply: "result" }, steps, output: 1 };
  const { plan, problems } = compileWorkflow(document, { catalogue });
  if (plan?.durability !== "inline") throw new Error(JSON.stringify(problems));
  return plan;
}

const accepted: AcceptedEvent = {
  kind: "accepted",
  atMs: 1,
  runId: "r",
  teamId: "t",
  workflow: { id: "w", name: "Race", version: 1 },
  semantics: 1,
  triggerKind: "webhook",
  trigger: { body: null },
  vars: {},
};

/** Calls that answer at once, except `slow`, which ends only when it is stopped. */
const perform: InlineDeps["perform"] = async ({ stepKey, attempt, inputHash }, _runId, signal) => {
  const base = { stepKey, attempt, inputHash, startedAtMs: 1, atMs: 2 };
  const done: InputEvent = { kind: "stepSucceeded", ...base, output: { status: 200 } };
  if (stepKey !== "slow") return done;
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  const error = { code: "ABORTED", message: "The step was stopped.", retryable: false };
  return { kind: "stepFailed", ...base, error, chance: 0 };
};

describe("an inline run", () => {
  test("stops the losers of a race instead of keeping its caller waiting for them", async () => {
    const race: Step = {
      id: "race",
      use: "parallel",
      join: "any",
      branches: { slow: [get("slow")], fast: [get("fast")] },
    };
    const { outcome, events } = await runInline(makePlan([race]), accepted, { perform, nowMs: () => 2 });
    expect(outcome).toEqual({ status: "succeeded", output: 1 });
    expect(events.map(({ kind }) => kind)).toEqual(["accepted", "stepSucceeded", "stepFailed", "ended"]);
  }, 2_000);
});
