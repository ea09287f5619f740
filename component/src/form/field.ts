import type { Schema } from "../protocol";

/** How a value is asked for. */
export type Control =
  | "text"
  | "area"
  | "number"
  | "checkbox"
  | "select"
  | "radio"
  | "checks"
  | "group"
  | "list"
  | "json";

/** One place of a form, made from the schema at that place. */
export type Field = {
  readonly control: Control;
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly required: boolean;
  readonly nullable: boolean;
  readonly schema: Schema;
  /** For `select`, `radio` and `checks`. */
  readonly options: readonly { readonly value: unknown; readonly label: string }[];
  /** For `group`: its fields. */
  readonly fields: readonly Field[];
  /** For `list`: each item. */
  readonly item?: Field;
  /** For `text`: the type of the native input. */
  readonly inputType: string;
};

const depthMax = 8;

/** The form of a trigger's input: a group of fields, or one field when the input is no object. `undefined`: nothing to ask. */
export function formOf(input: Schema | boolean | undefined): Field | undefined {
  if (typeof input !== "object") return undefined;
  const root = fieldOf("", input, true, input, 0);
  return root.control === "group" && root.fields.length === 0 ? undefined : root;
}

function fieldOf(name: string, given: Schema | boolean, required: boolean, root: Schema, depth: number): Field {
  const resolved = typeof given === "object" ? resolve(given, root) : {};
  const isNullable = typesOf(resolved).includes("null") || alternatives(resolved).some((one) => one.type === "null");
  const schema = single(resolved);
  const options = optionsOf(schema);
  const control = depth > depthMax ? "json" : controlOf(schema, options.length);
  const inner = (key: string, one: Schema | boolean, isRequired: boolean) =>
    fieldOf(key, one, isRequired, root, depth + 1);
  return {
    control,
    name,
    label: schema.title ?? labelOf(name),
    help: schema.description ?? "",
    required,
    nullable: isNullable,
    schema,
    options: control === "checks" ? optionsOf(resolve(schema.items as Schema, root)) : options, // checks have items that are schemas
    fields:
      control === "group"
        ? Object.entries(schema.properties ?? {})
            .filter(([, one]) => one !== false && !(typeof one === "object" && one.readOnly))
            .map(([key, one]) => inner(key, one, schema.required?.includes(key) ?? false))
        : [],
    ...(control === "list" && { item: inner("", schema.items ?? true, true) }),
    inputType: inputTypeOf(schema),
  };
}

/** Follows references inside the document, a few at most: a schema may refer to itself. */
function resolve(schema: Schema, root: Schema, hops = 0): Schema {
  if (!schema.$ref?.startsWith("#/") || hops > depthMax) return schema;
  let found: unknown = root;
  for (const part of schema.$ref.slice(2).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    found =
      typeof found === "object" && found !== null && Object.hasOwn(found, key) ? Reflect.get(found, key) : undefined;
  }
  const { $ref: _, ...own } = schema;
  return typeof found === "object" && found !== null ? { ...resolve(found as Schema, root, hops + 1), ...own } : own;
}

const typesOf = ({ type }: Schema): readonly string[] =>
  type === undefined ? [] : typeof type === "string" ? [type] : type;
const alternatives = ({ oneOf, anyOf }: Schema): readonly Schema[] =>
  (oneOf ?? anyOf ?? []).filter((one) => typeof one === "object");

/** "This or null" is asked for as this. */
function single(schema: Schema): Schema {
  const real = alternatives(schema).filter((one) => one.type !== "null");
  const [only] = real;
  if (!only || real.length !== 1 || real.length === alternatives(schema).length) return schema;
  const { oneOf: _, anyOf: __, ...own } = schema;
  return { ...only, ...own };
}

function optionsOf(schema: Schema): Field["options"] {
  if (schema.enum)
    return schema.enum.filter((value) => value !== null).map((value) => ({ value, label: String(value) }));
  const consts = alternatives(schema).filter((one) => "const" in one);
  if (consts.length === 0 || consts.length !== alternatives(schema).length) return [];
  return consts.map((one) => ({ value: one.const, label: one.title ?? String(one.const) }));
}

function controlOf(schema: Schema, optionCount: number): Control {
  if (optionCount > 0) return optionCount <= 3 ? "radio" : "select";
  const [type, ...more] = typesOf(schema).filter((one) => one !== "null");
  if (more.length > 0) return "json";
  if (type === "object" || (!type && schema.properties)) return schema.properties ? "group" : "json";
  if (type === "array") return listControlOf(schema);
  if (type === "boolean") return "checkbox";
  if (type === "number" || type === "integer") return "number";
  if (type === "string") return schema.format === "textarea" || (schema.maxLength ?? 0) > 200 ? "area" : "text";
  return "json";
}

function listControlOf({ items, uniqueItems }: Schema): Control {
  const isChoice = typeof items === "object" && uniqueItems && items.enum;
  return isChoice ? "checks" : typeof items === "object" ? "list" : "json";
}

const inputTypes: Readonly<Record<string, string>> = {
  email: "email",
  uri: "url",
  url: "url",
  date: "date",
  time: "time",
  "date-time": "datetime-local",
  password: "password",
  color: "color",
  phone: "tel",
};
const inputTypeOf = ({ format = "", writeOnly }: Schema): string =>
  Object.hasOwn(inputTypes, format) ? (inputTypes[format] ?? "text") : writeOnly ? "password" : "text";

function labelOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
