/**
 * The part of JSON Schema 2020-12 that contracts between steps are written in. `true` and `{}` mean "unknown".
 * Keywords outside this list are kept and ignored by type inference; validation honours the whole vocabulary.
 */
export type JsonSchema = boolean | JsonSchemaObject;

export type JsonSchemaObject = {
  readonly type?: JsonTypeName | readonly JsonTypeName[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: { readonly [name: string]: JsonSchema };
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly [keyword: string]: unknown;
};

export type JsonTypeName = "object" | "array" | "string" | "number" | "integer" | "boolean" | "null";
