import type { StepCatalogue, StepDefinition } from "@dap/contract";
import { crypto } from "./crypto/index";
import { csv } from "./csv/index";
import { date } from "./date/index";
import { http } from "./http/index";
import { json } from "./json/index";
import type { Action } from "./kit/action";
import type { Connector } from "./kit/define";
import { failed, failedWith, type StepCall, type StepDeps, type StepResult, succeeded } from "./kit/perform";
import { list } from "./list/index";
import { random } from "./random/index";
import { text } from "./text/index";
import { time } from "./time/index";
import { transform } from "./transform/index";
import { xml } from "./xml/index";

/** Every built-in connector, in the order menus show them. */
export const connectors: readonly Connector[] = [
  transform,
  list,
  text,
  date,
  json,
  csv,
  xml,
  http,
  crypto,
  time,
  random,
];

type Entry = { readonly definition: StepDefinition; readonly action: Action };

const entries: ReadonlyMap<string, Entry> = new Map(
  connectors.flatMap(({ name, actions }) =>
    actions.map((action) => [`${name}.${action.name}`, { action, definition: action.definition(name) }] as const),
  ),
);

/** Every built-in step, by `use`. */
export const catalogue: StepCatalogue = new Map([...entries].map(([use, { definition }]) => [use, definition]));

/**
 * Performs one effect and gives its outcome as a value; never rejects. A pure step is computed, with no budget: for
 * testing a step alone. Codes: `UNKNOWN_STEP`, `INPUT_INVALID`, `STEP_CRASHED`, and the step's own.
 */
export async function performStep(call: StepCall, deps: StepDeps): Promise<StepResult> {
  const entry = entries.get(call.use);
  if (!entry) return failed({ code: "UNKNOWN_STEP", message: `There is no step ${call.use}.`, retryable: false });
  const { idempotencyKey, connection } = call;
  try {
    const { compute } = entry.definition;
    if (compute) return succeeded(compute(call.input, unlimited));
    const context = { ...deps, idempotencyKey, ...(connection && { connection }) };
    return (await entry.action.perform?.(call.input, context)) ?? failedWith(undefined);
  } catch (thrown) {
    return failedWith(thrown);
  }
}

const unlimited = { charge: () => {} };
