import type { Json, JsonObject } from "@dap/contract";
import type { Value } from "../evaluate/value";
import type { ReturnRule } from "../infer/return-rule";
import type { Type } from "../infer/type";
import type { Meter } from "../meter";

/** What an arrow is to the function that takes it. It never leaves the function. */
export type ArrowValue = (first?: Value, second?: Value, third?: Value) => Value;

export type ParameterKind =
  | "text"
  | "number"
  | "integer"
  | "boolean"
  | "list"
  | "object"
  /** A text or a list. */
  | "series"
  /** ISO 8601 text or Unix milliseconds. */
  | "instant"
  | "any"
  | "arrow";

export type Parameter = {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly optional: boolean;
  /** Stands for any number of arguments; only the last may. */
  readonly rest: boolean;
  /** For arrows: how many parameters they may have. */
  readonly arity: number;
  /** For arrows: the types of their parameters, from the types of the arguments before them. */
  readonly binds?: (before: readonly Type[]) => readonly Type[];
};

/** A parameter that also knows the type its argument has in `run`. */
type Typed<T> = Parameter & { readonly argument?: T };

const parameter = <T>(name: string, kind: ParameterKind): Typed<T> => ({
  name,
  kind,
  optional: false,
  rest: false,
  arity: 0,
});

export const text = (name: string) => parameter<string>(name, "text");
export const number = (name: string) => parameter<number>(name, "number");
export const integer = (name: string) => parameter<number>(name, "integer");
export const boolean = (name: string) => parameter<boolean>(name, "boolean");
export const list = (name: string) => parameter<readonly Json[]>(name, "list");
export const object = (name: string) => parameter<JsonObject>(name, "object");
export const series = (name: string) => parameter<string | readonly Json[]>(name, "series");
export const instant = (name: string) => parameter<string | number>(name, "instant");
export const any = (name: string) => parameter<Value>(name, "any");
export const arrow = (name: string, arity: number, binds: Parameter["binds"]): Typed<ArrowValue> => ({
  ...parameter<ArrowValue>(name, "arrow"),
  arity,
  ...(binds ? { binds } : {}),
});

export const optional = <T>(of: Typed<T>): Typed<T | undefined> & { readonly optional: true } => ({
  ...of,
  optional: true,
});
export const rest = <T>(of: Typed<T>): Typed<T> & { readonly rest: true } => ({ ...of, rest: true });

type ArgumentOf<P> = P extends Typed<infer T> ? T : never;
/** The arguments of `run`, from the parameters; a rest parameter spreads. */
type ArgumentsOf<P extends readonly Parameter[]> = P extends readonly [infer First, ...infer Others extends Parameter[]]
  ? First extends { readonly rest: true }
    ? ArgumentOf<First>[]
    : [ArgumentOf<First>, ...ArgumentsOf<Others>]
  : [];

export type Example = readonly [source: string, result: unknown];

type FunctionSource<P extends readonly Parameter[]> = {
  readonly name: string;
  /** Other names it answers to, mostly JavaScript's. */
  readonly aliases?: readonly string[];
  readonly parameters: P;
  readonly returns: ReturnRule;
  readonly description: string;
  readonly examples: readonly Example[];
  /** Pays before it builds. Arguments have been checked against the parameters. */
  readonly run: (meter: Meter, ...args: ArgumentsOf<P>) => Value;
};

/** As the evaluator calls it; the arguments' types were checked when they were evaluated. */
export type Run = (meter: Meter, ...args: readonly (Value | ArrowValue)[]) => Value;

export type FunctionDefinition = {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly returns: ReturnRule;
  readonly signature: string;
  readonly description: string;
  readonly examples: readonly Example[];
  readonly run: Run;
};

/** One built-in function: its meaning, its types and its documentation in one place. */
export function define<const P extends readonly Parameter[]>(source: FunctionSource<P>): FunctionDefinition {
  const { name, parameters, run } = source;
  return {
    ...source,
    aliases: source.aliases ?? [],
    signature: `${name}(${parameters.map(written).join(", ")})`,
    // Only `evaluate/call.ts` calls it, after checking every argument against its parameter.
    run: run as unknown as Run,
  };
}

function written(parameter: Parameter): string {
  if (parameter.rest) return `...${parameter.name}`;
  return parameter.optional ? `${parameter.name}?` : parameter.name;
}
