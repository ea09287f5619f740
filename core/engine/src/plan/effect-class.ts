import type { EffectClass, PlainStep, StepDefinition, UnknownPolicy } from "@dap/contract";

/** What repeating this step may do: the connector's word, which an author may better by declaring the key honoured. */
export function effectClassOf(step: PlainStep, definition: StepDefinition): EffectClass {
  if (step.pin !== undefined) return "pure";
  const { effect } = definition;
  const declared = typeof effect === "function" ? effect(step.with ?? {}) : effect;
  return declared === "unkeyed" && step.effect === "keyed" ? "keyed" : declared;
}

/** What to do when nobody can tell whether an `unkeyed` effect happened. */
export const unknownPolicyOf = (step: PlainStep): UnknownPolicy =>
  step.effect === "atMostOnce" ? "atMostOnce" : "retry";
