import { isControlStep, type JsonObject, type Step, type Trigger, type Workflow } from "@dap/contract";

/**
 * Documents are stored in one stable order of keys, so that two versions differ only where their meaning does. The order
 * below is the documented one (README.md). It covers the document's own fields; what belongs to the author (`with`,
 * `output`, schemas, `pin`, ...) keeps the author's order, because the order of keys in an answer is the author's choice.
 */
const documentOrder = [
  "dap",
  "name",
  "description",
  "trigger",
  "concurrency",
  "idempotencyKey",
  "rateLimit",
  "debounce",
  "deadlineMs",
  "retentionDays",
  "steps",
  "output",
] as const satisfies readonly (keyof Workflow)[];

const triggerOrder = [
  "kind",
  "reply",
  "methods",
  "bodyBytesMax",
  "record",
  "cors",
  "cron",
  "everyMs",
  "zone",
  "catchUp",
  "jitterMs",
  "input",
] as const;

/** First what a step is, then how it runs, then what it holds; lists of child steps last. */
const stepOrder = [
  "id",
  "use",
  "note",
  "disabled",
  "after",
  "when",
  "connection",
  "effect",
  "value",
  "items",
  "as",
  "condition",
  "concurrency",
  "batch",
  "roundsMax",
  "join",
  "durationMs",
  "until",
  "event",
  "approval",
  "with",
  "output",
  "retry",
  "timeoutMs",
  "pin",
  "collect",
  "then",
  "else",
  "cases",
  "default",
  "branches",
  "steps",
  "catch",
  "finally",
  "onError",
] as const;

const optionOrder = [
  "limit",
  "periodMs",
  "delayMs",
  "key",
  "attemptsMax",
  "delayMsMin",
  "delayMsMax",
  "factor",
] as const;

/** The document with its own fields in the stable order. The document must have passed `parseWorkflow`. */
export function canonicalWorkflow(document: Workflow): Workflow {
  // Reordering keeps every field, and with them the type.
  return ordered(document, documentOrder, {
    trigger: (trigger) => ordered(trigger as Trigger, triggerOrder, {}),
    steps: stepList,
    concurrency: option,
    rateLimit: option,
    debounce: option,
  }) as Workflow;
}

/** The stored text of a document: compact JSON of `canonicalWorkflow`. */
export const canonicalText = (document: Workflow): string => JSON.stringify(canonicalWorkflow(document));

type Rewrite = Readonly<Record<string, (value: unknown) => unknown>>;

function ordered(value: object, order: readonly string[], rewrite: Rewrite): object {
  const rest = Object.keys(value).filter((key) => !order.includes(key));
  const keys = [...order.filter((key) => Object.hasOwn(value, key)), ...rest];
  // `fromEntries` makes own properties, whatever the key is called.
  return Object.fromEntries(
    keys.map((key) => {
      const field = (value as JsonObject)[key];
      const change = Object.hasOwn(rewrite, key) ? rewrite[key] : undefined;
      return [key, change ? change(field) : field];
    }),
  );
}

const option = (value: unknown) => ordered(value as object, optionOrder, {});
const stepList = (value: unknown) => (value as readonly Step[]).map(canonicalStep);

function canonicalStep(step: Step): object {
  const common: Rewrite = {
    retry: option,
    onError: (value) => (typeof value === "object" ? ordered(value as object, [], { steps: stepList }) : value),
  };
  return ordered(step, stepOrder, isControlStep(step) ? { ...common, ...childLists[step.use] } : common);
}

/** Which fields of each control step hold steps. `with` of a plain step may have fields of the same names: never touched. */
const childLists: Readonly<Record<string, Rewrite>> = {
  if: { then: stepList, else: stepList },
  switch: {
    cases: (value) =>
      (value as readonly object[]).map((branch) => ordered(branch, ["is", "steps"], { steps: stepList })),
    default: stepList,
  },
  forEach: { steps: stepList },
  while: { steps: stepList },
  graph: { steps: stepList },
  try: { steps: stepList, catch: stepList, finally: stepList },
  parallel: {
    branches: (value) =>
      Object.fromEntries(Object.entries(value as object).map(([name, steps]) => [name, stepList(steps)])),
  },
};
