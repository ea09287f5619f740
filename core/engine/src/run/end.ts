import type { Json, RunResponse } from "@dap/contract";
import { isJsonObject } from "@dap/contract";
import { type Evaluate, toText } from "@dap/expression";
import type { Block } from "./block";
import { keyAt } from "./env";
import { neverGoesOn } from "./pure";

/** Ends the run as succeeded. */
export const createReturn = (id: string, output: Evaluate | undefined): Block => ({
  isPure: true,
  start: (machine, env) => {
    try {
      const value = output ? machine.evaluate(output, env) : null;
      machine.signal = "returned";
      machine.value = value ?? null;
      return null;
    } catch (thrown) {
      return machine.failThrown(thrown, keyAt(id, env));
    }
  },
  ...neverGoesOn,
});

/** Ends the enclosing `try`, or the run, as failed. */
export const createFail = (id: string, code: string, message: Evaluate): Block => ({
  isPure: true,
  start: (machine, env) => {
    const stepKey = keyAt(id, env);
    try {
      return machine.failWith(code, toText(machine.evaluate(message, env)), stepKey);
    } catch (thrown) {
      return machine.failThrown(thrown, stepKey);
    }
  },
  ...neverGoesOn,
});

/** Answers the waiting caller; only the first answer of a run counts. */
export const createRespond = (id: string, response: Evaluate): Block => ({
  isPure: false,
  start: (machine, env) => {
    const stepKey = keyAt(id, env);
    if (!machine.charge(id, env)) return null;
    try {
      const made = toResponse(machine.evaluate(response, env) ?? null);
      if (typeof made === "string") return machine.failWith("WRONG_TYPE", made, stepKey);
      machine.respond(stepKey, made);
      return machine.done(null);
    } catch (thrown) {
      return machine.failThrown(thrown, stepKey);
    }
  },
  ...neverGoesOn,
});

/** What is wrong with it, as a sentence, when it is no answer. */
function toResponse(value: Json): RunResponse | string {
  const { status = 200, headers = {}, body = null } = isJsonObject(value) ? value : {};
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599)
    return "The status of an answer is a whole number from 200 to 599.";
  if (!isJsonObject(headers)) return "The headers of an answer are an object.";
  const texts: Record<string, string> = Object.create(null);
  for (const [name, text] of Object.entries(headers)) {
    if (text === null) continue;
    if (typeof text === "object") return `The header ${name} of an answer is a text.`;
    texts[name] = toText(text);
  }
  return { status, headers: texts, body };
}
