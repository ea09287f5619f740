import { expect, test } from "bun:test";
import type { RunEvent } from "@dap/contract";
import { isReadable, readWorkflow } from "./reference";
import { walk } from "./walk";

const done = walk(
  {
    steps: [
      { id: "e", use: "forEach", items: "{{ [1, 2] }}", as: "item", steps: [{ id: "a", use: "sim.read" }] },
      { id: "i", use: "if", when: "{{ steps.e[1].v > 3 }}", then: [{ id: "t", use: "transform.set", with: { v: 1 } }] },
    ],
  },
  { "a/1": [{ output: { v: 5 } }] },
);

test("a second reading agrees with the machine, and sees a forged answer", () => {
  const read = (events: readonly RunEvent[]) => JSON.stringify(readWorkflow(done.plan.document, events).outputs);
  expect(isReadable(done.plan.document, done.events)).toBe(true);
  expect(JSON.parse(read(done.events))).toEqual(JSON.parse(JSON.stringify(done.state.outputs)));
  const forged = done.events.map((event) => (event.kind === "stepSucceeded" ? { ...event, output: { v: 0 } } : event));
  expect(JSON.parse(read(forged))).not.toEqual(JSON.parse(JSON.stringify(done.state.outputs)));
});
