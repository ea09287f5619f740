import { isJsonObject, type Json } from "@dap/contract/json";

const widthMax = 96;
const inlineDepthMax = 2;

/**
 * JSON for people: two spaces, and what is small stays on one line (`{ "id": "a", "use": "wait" }`), so that a document
 * is as short as it can be read. Key order is kept; parsing the text gives the same value.
 */
export const formatJson = (value: Json): string => print(value, 0, 0);

function print(value: Json, indent: number, used: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const line = oneLine(value);
  const isSmall = line.length + indent + used <= widthMax && depthOf(value) <= inlineDepthMax && !hasObjects(value);
  return isSmall || isEmpty(value) ? line : broken(value, indent);
}

function broken(value: readonly Json[] | { readonly [key: string]: Json }, indent: number): string {
  const inner = " ".repeat(indent + 2);
  const lines = isJsonObject(value)
    ? Object.entries(value).map(([name, member]) => {
        const head = `${JSON.stringify(name)}: `;
        return `${inner}${head}${print(member, indent + 2, head.length)}`;
      })
    : (value as readonly Json[]).map((item) => `${inner}${print(item, indent + 2, 0)}`);
  const [open, close] = isJsonObject(value) ? "{}" : "[]";
  return `${open}\n${lines.join(",\n")}\n${" ".repeat(indent)}${close}`;
}

function oneLine(value: Json): string {
  if (typeof value !== "object" || value === null || isEmpty(value)) return JSON.stringify(value);
  if (!isJsonObject(value)) return `[${value.map(oneLine).join(", ")}]`;
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${oneLine(member)}`);
  return `{ ${members.join(", ")} }`;
}

/** A list of objects, such as steps, has one object per line however short they are. */
const hasObjects = (value: Json): boolean => Array.isArray(value) && value.some(isJsonObject);

const isEmpty = (value: object): boolean => Object.keys(value).length === 0;

function depthOf(value: Json): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
