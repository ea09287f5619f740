import { isJsonObject, type Json } from "@dap/contract";
import type { ErrorInScope, Outputs } from "../state";

/** Own properties only, and no prototype: any name is just a name. */
export type Names = { [name: string]: Json | undefined };

/** What the expressions at one place see, and where outputs go. Lives during one `advance`; never stored. */
export type Env = {
  /** Names in scope; `names.steps` is `steps`. */
  readonly names: Names;
  /** Outputs of all visible steps, by id. */
  readonly steps: Names;
  /** Outputs of this scope's own steps: what is kept in the state. */
  readonly own: Names;
  /** The enclosing scope, for a round of a loop. */
  readonly outer: Env | null;
  /** Which round. */
  index: number;
  /** The address at which a wait is answered; absent where no shell gives one. */
  readonly urlOf: ((stepKey: string) => string) | null;
};

/** Puts the addresses of a scope's own waits into its `run.resumeUrl`, beside those of the scopes around it. */
export function withLinks(env: Env, waits: readonly string[]): Env {
  const { urlOf } = env;
  if (urlOf === null || waits.length === 0) return env;
  const run = isJsonObject(env.names.run) ? env.names.run : {};
  const outer = isJsonObject(run.resumeUrl) ? run.resumeUrl : {};
  const own = Object.fromEntries(waits.map((id) => [id, urlOf(keyAt(id, env))]));
  env.names.run = { ...run, resumeUrl: { ...outer, ...own } };
  return env;
}

/** The scope of a round: sees all that is outside, and keeps its own outputs to itself. */
export function roundEnv(outer: Env, index: number, outputs: Outputs, waits: readonly string[]): Env {
  const steps = copyNames(outer.steps, outputs);
  const names = copyNames(outer.names);
  names.steps = asJson(steps);
  return withLinks({ names, steps, own: copyNames(outputs), outer, index, urlOf: outer.urlOf }, waits);
}

/** The scope of a round whose outputs nobody keeps. */
export function passingEnv(outer: Env): Env {
  const steps = copyNames(outer.steps);
  const names = copyNames(outer.names);
  names.steps = asJson(steps);
  return { names, steps, own: steps, outer, index: 0, urlOf: outer.urlOf };
}

/** The same scope with `error` in it. */
export function errorEnv(env: Env, error: ErrorInScope | null): Env {
  const names = copyNames(env.names);
  names.error = error;
  return { names, steps: env.steps, own: env.own, outer: env.outer, index: env.index, urlOf: env.urlOf };
}

export const copyNames = (names: Names, more?: Names): Names => Object.assign(Object.create(null), names, more);

/** A step's key at this place: its id and the rounds around it. */
export function keyAt(id: string, env: Env): string {
  let path = "";
  for (let at = env; at.outer !== null; at = at.outer) path = `/${at.index}${path}`;
  return id + path;
}

/** A missing output inside is read as missing by the expression language, though `Json` does not say so. */
export const asJson = (names: Names): Json => names as Json;
