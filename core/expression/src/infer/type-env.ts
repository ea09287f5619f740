import type { JsonSchema } from "@dap/contract";

/** What is known before the run about a name in scope. `maybe`: it may be missing when it is read. */
export type TypeOfName = {
  readonly schema: JsonSchema;
  readonly presence: "always" | "maybe";
  /** For the name `steps`: each step's output by id. An id that is not listed is an `UNKNOWN_STEP`. */
  readonly steps?: Readonly<Record<string, TypeOfName>>;
};

export type TypeEnv = { readonly names: Readonly<Record<string, TypeOfName>> };

export type InferProblemCode =
  | "UNKNOWN_NAME"
  | "UNKNOWN_STEP"
  | "UNKNOWN_FIELD"
  | "UNKNOWN_FUNCTION"
  | "WRONG_TYPE"
  | "MAY_BE_MISSING"
  | "ARGUMENTS";

/** One thing that the types say against an expression. `offset` counts from the start of the field's text. */
export type InferProblem = {
  readonly code: InferProblemCode;
  readonly message: string;
  readonly offset: number;
  readonly severity: "error" | "warning";
  readonly suggestion?: string;
};

/** `presence` is `maybe` when the value may be missing at the end. */
export type Inferred = {
  readonly schema: JsonSchema;
  readonly presence: "always" | "maybe";
  readonly problems: readonly InferProblem[];
};
