/**
 * What the engine itself costs, in microseconds: `bun core/engine/bench.ts`. Medians of several rounds; on a busy machine
 * look at the least.
 */
import type { InputEvent, Step, Workflow } from "@dap/contract";
import { simulatedCatalogue } from "./simulator/catalogue";
import { accepted, answerEvent } from "./simulator/walk";
import { advance, compileSchema, compileWorkflow, type Plan, validate } from "./src/index";

function planOf(document: Partial<Workflow>): Plan {
  const whole: Workflow = { dap: 1, name: "bench", trigger: { kind: "manual" }, steps: [], ...document };
  const { plan, problems } = compileWorkflow(whole, { catalogue: simulatedCatalogue });
  if (!plan) throw new Error(JSON.stringify(problems));
  return plan;
}

/** Microseconds per unit: the least and the median of 15 rounds of about 20 ms. */
function measure(name: string, units: number, target: number, work: () => unknown): void {
  let times = 1;
  for (let spent = 0; spent < 20; times *= 2) spent = timed(times, work);
  const rounds = Array.from({ length: 15 }, () => (timed(times, work) / times / units) * 1_000).toSorted(
    (a, b) => a - b,
  );
  const [least = 0, median = 0] = [rounds[0], rounds[7]];
  console.log(JSON.stringify({ name, least: round(least), median: round(median), target, met: least <= target }));
}

function timed(times: number, work: () => unknown): number {
  const startedAt = performance.now();
  for (let at = 0; at < times; at += 1) work();
  return performance.now() - startedAt;
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;

const set = (id: string, from: string): Step => ({
  id,
  use: "transform.set",
  with: { n: `{{ ${from} + 1 }}`, text: "{{ trigger.body.name | upper }}", kept: true },
});

const chain: Step[] = Array.from({ length: 50 }, (_, at) =>
  set(`s${at}`, at === 0 ? "trigger.body.n" : `steps.s${at - 1}.n`),
);
const body = { n: 1, name: "ada", lines: Array.from({ length: 1_000 }, (_, n) => ({ sku: `s${n}`, n })) };

const pure = planOf({ steps: chain, output: "{{ steps.s49.n }}" });
measure("pure step", 50, 5, () => advance(pure, undefined, accepted(body)));

const mapping = planOf({
  steps: [
    set("a", "trigger.body.n"),
    { id: "i", use: "if", when: "{{ steps.a.n > 1 }}", then: [set("b", "steps.a.n")], else: [] },
  ],
  output: { n: "{{ steps.a.n }}" },
});
measure("whole run: set, if, set, output", 1, 20, () => advance(mapping, undefined, accepted(body)));

const loop = planOf({
  steps: [
    {
      id: "e",
      use: "forEach",
      items: "{{ trigger.body.lines }}",
      as: "line",
      steps: [{ id: "t", use: "transform.set", with: { sku: "{{ line.sku }}", total: "{{ line.n * 2 }}" } }],
    },
  ],
  output: "{{ steps.e | sumBy(x => x.total) }}",
});
measure("item of a fused loop", 1_000, 2, () => advance(loop, undefined, accepted(body)));

const calls = planOf({
  steps: Array.from(
    { length: 20 },
    (_, at): Step => ({ id: `c${at}`, use: "sim.read", with: { n: "{{ trigger.body.n }}" } }),
  ),
});
measure("effect step: invoke and answer", 20, 50, () => runCalls(calls));

function runCalls(plan: Plan): void {
  let at = advance(plan, undefined, accepted(body));
  for (;;) {
    const [effect] = at.effects;
    if (effect?.kind !== "invoke") return;
    at = advance(plan, at.state, answerEvent(effect, { output: { v: 1 } }, 2_000) as InputEvent);
  }
}

const flat = compileSchema({
  type: "object",
  required: ["name", "n"],
  properties: {
    name: { type: "string", maxLength: 100 },
    n: { type: "integer", minimum: 0 },
    tags: { type: "array", items: { type: "string" } },
  },
  additionalProperties: false,
});
const small = { name: "ada", n: 1, tags: ["a", "b"] };
measure("validate a small body", 1, 5, () => validate(flat, small));
