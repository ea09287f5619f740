import { isJsonObject, type Json } from "@dap/contract/json";

const depthMax = 12;

/** An example of what a JSON Schema asks for: its own examples first, otherwise the plainest value that fits the type. */
export function sampleOf(schema: unknown, depth = 0): Json {
  if (!isJsonObject(schema) || depth > depthMax) return {};
  const given = [Array.isArray(schema.examples) ? schema.examples[0] : undefined, schema.default, schema.const];
  const known = given.find((value) => value !== undefined) ?? (Array.isArray(schema.enum) ? schema.enum[0] : undefined);
  if (known !== undefined) return known;
  const variants = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (Array.isArray(variants) && schema.type === undefined) return sampleOf(variants[0], depth + 1);
  return plainest(schema, Array.isArray(schema.type) ? schema.type[0] : schema.type, depth);
}

function plainest(schema: { readonly [key: string]: Json }, type: Json | undefined, depth: number): Json {
  switch (type ?? (schema.properties === undefined ? undefined : "object")) {
    case "string":
      return textFor(schema.format);
    case "integer":
    case "number":
      return typeof schema.minimum === "number" ? schema.minimum : 1;
    case "boolean":
      return true;
    case "null":
      return null;
    case "array":
      return schema.items === undefined ? [] : [sampleOf(schema.items, depth + 1)];
    default:
      return objectOf(schema, depth);
  }
}

function objectOf(schema: { readonly [key: string]: Json }, depth: number): Json {
  if (!isJsonObject(schema.properties ?? null)) return {};
  const entries = Object.entries(schema.properties ?? {}).map(
    ([name, inner]) => [name, sampleOf(inner, depth + 1)] as const,
  );
  return Object.fromEntries(entries);
}

const formats: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
  email: "ada@example.com",
  uri: "https://example.com",
  uuid: "00000000-0000-4000-8000-000000000000",
};

const textFor = (format: Json | undefined): string =>
  (typeof format === "string" && Object.hasOwn(formats, format) && formats[format]) || "text";

/** The input schema of a document's trigger, where there is one. */
export function inputSchemaOf(document: Json): Json | undefined {
  const trigger = isJsonObject(document) ? document.trigger : undefined;
  return isJsonObject(trigger ?? null) ? (trigger as { readonly [key: string]: Json }).input : undefined;
}
