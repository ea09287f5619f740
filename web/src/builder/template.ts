import type { Workflow } from "@dap/contract";

/** A document to start from. */
export type Template = {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly make: (name: string) => Workflow;
};

/** The first is what a person gets who does not choose. */
export const templates: readonly Template[] = [
  {
    id: "reply",
    title: "Answer a webhook",
    text: "Checks what comes in, makes a value of it, and answers the caller.",
    make: (name) => ({
      dap: 1,
      name,
      trigger: {
        kind: "webhook",
        reply: "result",
        input: {
          type: "object",
          required: ["name"],
          properties: { name: { type: "string", examples: ["Ada"] } },
        },
      },
      steps: [{ id: "greet", use: "transform.set", with: { text: "Hello, {{ trigger.body.name }}!" } }],
      output: { greeting: "{{ steps.greet.text }}" },
    }),
  },
  {
    id: "call",
    title: "Call an API",
    text: "Asks another service, looks at its answer, and goes one way or the other.",
    make: (name) => ({
      dap: 1,
      name,
      trigger: {
        kind: "webhook",
        reply: "result",
        input: {
          type: "object",
          required: ["id"],
          properties: { id: { type: "integer", examples: [7] } },
        },
      },
      steps: [
        {
          id: "ask",
          use: "http.request",
          with: { method: "GET", url: "https://example.com/items/{{ trigger.body.id }}" },
          retry: { attemptsMax: 3 },
        },
        {
          id: "found",
          use: "transform.set",
          with: { isFound: "{{ steps.ask.status == 200 }}" },
        },
      ],
      output: { found: "{{ steps.found.isFound }}" },
    }),
  },
  {
    id: "blank",
    title: "Blank",
    text: "Started by hand, no steps yet.",
    make: (name) => ({ dap: 1, name, trigger: { kind: "manual" }, steps: [] }),
  },
];

export const findTemplate = (id: string): Template | undefined => templates.find((template) => template.id === id);
