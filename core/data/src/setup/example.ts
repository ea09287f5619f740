import type { Workflow } from "@dap/contract";

/**
 * What a new team finds: a webhook that adds up an order, in steps that need no account anywhere. It shows a webhook with
 * an input schema, mapping, a list function, a branch with a contract on both sides, and an output.
 */
export const exampleWorkflow: Workflow = {
  dap: 1,
  name: "Order total",
  description: "Adds up an order, takes 10 % off from 100 upwards, and answers the caller with the result.",
  trigger: {
    kind: "webhook",
    reply: "result",
    input: {
      type: "object",
      required: ["customer", "lines"],
      properties: {
        customer: { type: "string", description: "who orders" },
        lines: {
          type: "array",
          items: {
            type: "object",
            required: ["sku", "price", "quantity"],
            properties: {
              sku: { type: "string" },
              price: { type: "number", minimum: 0 },
              quantity: { type: "integer", minimum: 1 },
            },
          },
        },
      },
      examples: [
        {
          customer: "Ada",
          lines: [
            { sku: "lamp", price: 40, quantity: 2 },
            { sku: "cable", price: 7.5, quantity: 4 },
          ],
        },
      ],
    },
  },
  steps: [
    {
      id: "order",
      use: "transform.set",
      note: "Maps what came in to the fields that later steps need.",
      with: {
        customer: "{{ trigger.body.customer }}",
        lineCount: "{{ trigger.body.lines.length }}",
        total: "{{ sum(trigger.body.lines.map(line => line.price * line.quantity)) }}",
      },
    },
    {
      id: "large",
      use: "if",
      when: "{{ steps.order.total >= 100 }}",
      note: "Orders from 100 upwards get a discount.",
      then: [
        {
          id: "discount",
          use: "transform.set",
          with: { rate: 0.1, amount: "{{ round(steps.order.total * 0.1, 2) }}" },
        },
      ],
    },
    {
      id: "bill",
      use: "transform.set",
      with: {
        discount: "{{ steps.discount?.amount ?? 0 }}",
        toPay: "{{ round(steps.order.total - (steps.discount?.amount ?? 0), 2) }}",
      },
    },
  ],
  output: {
    message: "Thank you, {{ steps.order.customer }}: {{ steps.order.lineCount }} lines, {{ steps.bill.toPay }} to pay.",
    total: "{{ steps.order.total }}",
    discount: "{{ steps.bill.discount }}",
    toPay: "{{ steps.bill.toPay }}",
  },
};
