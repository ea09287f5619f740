import type { Workflow } from "@dap/contract";

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
