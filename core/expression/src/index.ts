/**
 * The language inside `{{ }}`: parse, infer types, evaluate. README.md beside this package shows it by example.
 *
 * It is total (no loops but over lists, no recursion), has no function values, reads own properties of JSON data only,
 * never sees a host object, and counts its work. A result is data and is never parsed again.
 */

export { zoneDataVersion } from "./calendar/zone.generated";
export { ExpressionError, type ExpressionErrorCode, expressionErrorCodes } from "./error";
export { compileTemplate, type Evaluate, type Scope } from "./evaluate/compile-template";
export { type CompiledValue, compileValue, type PlacedTemplate } from "./evaluate/compile-value";
export { isTruthy, toText } from "./evaluate/value";
export { type FunctionDoc, functionCatalogue } from "./function/catalogue";
export { type Assignability, isAssignable } from "./infer/assignable";
export { inferTemplate, inferValue } from "./infer/infer-template";
export type { InferProblem, InferProblemCode, Inferred, TypeEnv, TypeOfName } from "./infer/type-env";
export { expressionLimits } from "./limit";
export { createMeter, defaultMeterLimits, type Meter, type MeterLimits } from "./meter";
export type { Template } from "./syntax/ast";
export { type ParsedTemplate, parseTemplate } from "./syntax/parse-template";
export { references } from "./syntax/reference";

/** Which meaning of the functions and operators this release has. A change of any result takes a new number. */
export const semantics = 1;
