import type { Workflow } from "@dap/contract";
import { orderWorkflow } from "../src/builder/test-order";
import { playRun } from "./fake-run";
import { addTeam, addWorkflow, createStore, type FakeStore, publish } from "./fake-store";

const simple = (name: string, steps: Workflow["steps"] = orderWorkflow.steps): Workflow => ({
  ...orderWorkflow,
  name,
  steps,
});

const minuteMs = 60_000;

/** A team with a past: workflows in every state and runs of every outcome. */
export function seededStore(origin: string): FakeStore {
  const store = createStore();
  const team = addTeam("Ada's team", "ada");
  const other = addTeam("Analytical Engines", "engines");
  const account = {
    id: Bun.randomUUIDv7(),
    email: "ada@example.com",
    name: "Ada Byron",
    password: "correct horse battery",
    teams: [team, other],
  };
  store.accounts.set(account.email, account);
  const nowMs = Date.now();
  const order = addWorkflow(store, team.id, orderWorkflow, nowMs - 9 * 86_400_000);
  publish(order, origin, "First version", nowMs - 8 * 86_400_000);
  publish(order, origin, "Retry the price service four times", nowMs - 2 * 86_400_000);
  publish(order, origin, "Tell the new channel", nowMs - 50 * minuteMs);
  const invoice = addWorkflow(store, team.id, simple("Invoice reminder"), nowMs - 5 * 86_400_000);
  publish(invoice, origin, "First version", nowMs - 4 * 86_400_000);
  const sync = addWorkflow(store, team.id, simple("Customer sync to warehouse"), nowMs - 3 * 86_400_000);
  publish(sync, origin, "First version", nowMs - 3 * 86_400_000);
  sync.paused = true;
  addWorkflow(store, team.id, { ...simple("Weekly digest"), trigger: { kind: "manual" } }, nowMs - 20 * minuteMs);
  const past = (minutes: number, failAt?: string, workflow = order) =>
    playRun(store, workflow, {
      input: { order: { sku: "tea-01", n: 2 } },
      draft: false,
      stepMs: 180,
      startedAtMs: nowMs - minutes * minuteMs,
      trigger: "webhook",
      ...(failAt ? { failAt } : {}),
    });
  past(1_500);
  past(310, undefined, invoice);
  past(240, "tell");
  past(122, undefined, sync);
  past(64);
  past(41);
  past(26, "price", invoice);
  past(9);
  past(3);
  return store;
}
