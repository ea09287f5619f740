import type { Translate } from "../message";
import type { Field } from "./field";
import { type Path, parseJson, pointerOf, valueAt } from "./value";

/** What is wrong, by JSON Pointer of the place. */
export type Violations = ReadonlyMap<string, string>;

/** Checks a whole form. The server checks again with the whole schema: this is to help people, not to guard anything. */
export function checkForm(field: Field, value: unknown, t: Translate, path: Path = []): Map<string, string> {
  const found = new Map<string, string>();
  const own = checkField(field, value, t);
  if (own) found.set(pointerOf(path), own);
  if (field.control === "group" && !isAbsent(field, value)) {
    for (const one of field.fields) addAll(found, checkForm(one, valueAt(value, [one.name]), t, [...path, one.name]));
  }
  const { item } = field;
  if (item && Array.isArray(value)) {
    for (const [index, one] of value.entries()) addAll(found, checkForm(item, one, t, [...path, index]));
  }
  return found;
}

const addAll = (to: Map<string, string>, from: Violations) => {
  for (const [key, message] of from) to.set(key, message);
};

/** An optional group in which nothing is filled in is left out, so its required fields are not asked for. */
const isAbsent = (field: Field, value: unknown): boolean => !field.required && !hasContent(value);

const hasContent = (value: unknown): boolean =>
  typeof value === "object" && value !== null
    ? Object.values(value).some(hasContent)
    : value !== undefined && value !== "" && value !== false;

/** The first thing wrong with one field itself, without those inside it. */
function checkField(field: Field, value: unknown, t: Translate): string | undefined {
  const { control, schema, required, nullable } = field;
  if (control === "group") return undefined;
  if (control === "list" || control === "checks") return checkCount(field, Array.isArray(value) ? value.length : 0, t);
  if (control === "json") return checkJson(field, value, t);
  if (value === undefined || value === null || value === "") return required && !nullable ? t("required") : undefined;
  if (control === "checkbox") return required && schema.const === true && value !== true ? t("mustAccept") : undefined;
  if (control === "number") return checkNumber(field, Number(value), t);
  return control === "text" || control === "area" ? checkText(field, String(value), t) : undefined;
}

function checkCount({ schema, required }: Field, count: number, t: Translate): string | undefined {
  if (count === 0 && !required) return undefined;
  if (count < (schema.minItems ?? 0)) return t("itemsMin", { n: schema.minItems ?? 0 });
  return count > (schema.maxItems ?? Number.POSITIVE_INFINITY) ? t("itemsMax", { n: schema.maxItems ?? 0 }) : undefined;
}

function checkJson({ required }: Field, value: unknown, t: Translate): string | undefined {
  try {
    const parsed = typeof value === "string" ? parseJson(value) : value;
    return parsed === undefined && required ? t("required") : undefined;
  } catch {
    return t("notJson");
  }
}

function checkNumber({ schema }: Field, value: number, t: Translate): string | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (!Number.isFinite(value)) return t("notNumber");
  if (String(schema.type).includes("integer") && !Number.isInteger(value)) return t("notInteger");
  if (minimum !== undefined && value < minimum) return t("min", { n: minimum });
  if (maximum !== undefined && value > maximum) return t("max", { n: maximum });
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return t("above", { n: exclusiveMinimum });
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) return t("below", { n: exclusiveMaximum });
  if (multipleOf && !Number.isInteger(Math.round((value / multipleOf) * 1e9) / 1e9))
    return t("multipleOf", { n: multipleOf });
  return undefined;
}

function checkText({ schema, inputType }: Field, value: string, t: Translate): string | undefined {
  const length = [...value].length;
  if (length < (schema.minLength ?? 0)) return t("lengthMin", { n: schema.minLength ?? 0 });
  if (length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) return t("lengthMax", { n: schema.maxLength ?? 0 });
  if (inputType === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return t("notEmail");
  if (inputType === "url" && !/^https?:$/.test(URL.parse?.(value)?.protocol ?? "")) return t("notUrl");
  if (inputType === "datetime-local" && Number.isNaN(Date.parse(value))) return t("notDate");
  if (schema.pattern !== undefined && !matches(schema.pattern, value)) return t("pattern");
  return undefined;
}

/** A pattern this browser cannot read is left to the server. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}
