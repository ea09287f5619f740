import type { Workflow } from "@dap/contract";
import { playRun } from "./fake-run";
import { addTeam, addWorkflow, createStore, type FakeStore, publish } from "./fake-store";

/** A document that shows most of the language. */
export const orderWorkflow: Workflow = {
  dap: 1,
  name: "Order to chat",
  description: "Looks up the price of an order and tells the sales channel about big ones.",
  trigger: {
    kind: "webhook",
    reply: "result",
    input: {
      type: "object",
      required: ["order"],
      properties: {
        order: {
          type: "object",
          required: ["sku", "n"],
          properties: {
            sku: { type: "string", examples: ["tea-01"] },
            n: { type: "integer", minimum: 1, examples: [2] },
            lines: { type: "array", items: { type: "object", properties: { sku: { type: "string" } } } },
          },
        },
      },
    },
  },
  steps: [
    {
      id: "price",
      use: "http.request",
      with: { method: "GET", url: "https://api.example.com/price/{{ trigger.body.order.sku }}" },
      retry: { attemptsMax: 4 },
    },
    {
      id: "total",
      use: "transform.set",
      with: {
        net: "{{ steps.price.body.amount * trigger.body.order.n }}",
        sku: "{{ trigger.body.order.sku | upper }}",
      },
    },
    {
      id: "big",
      use: "if",
      when: "{{ steps.total.net > 100 }}",
      then: [
        {
          id: "tell",
          use: "http.request",
          with: {
            method: "POST",
            url: "https://chat.example.com/hook",
            body: { text: "Big order: {{ steps.total.sku }}" },
          },
        },
      ],
      else: [{ id: "note", use: "transform.set", with: { told: false } }],
    },
    {
      id: "each",
      use: "forEach",
      items: "{{ trigger.body.order.lines ?? [] }}",
      as: "line",
      concurrency: 8,
      steps: [
        { id: "book", use: "http.request", with: { method: "PUT", url: "https://stock.example.com/{{ line.sku }}" } },
      ],
    },
  ],
  output: { total: "{{ steps.total.net }}" },
};

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
