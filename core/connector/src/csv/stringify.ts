import { isJsonObject, type Json, ownValue } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { chargeText, roughSize } from "../kit/cost";
import { defineAction } from "../kit/define";
import { AnyList, closed, OneOf } from "../kit/schema";

/** Rows are objects or lists; values that are no text are written as JSON, null as nothing. Lines end with a line feed. */
export const stringify = defineAction({
  name: "stringify",
  title: "Write CSV",
  description: "Turns a list of rows into a table written as text.",
  effect: "pure",
  input: Type.Object(
    {
      items: AnyList({ title: "Rows" }),
      columns: Type.Optional(
        Type.Array(Type.String(), { title: "Columns", description: "left out: all keys, in order of appearance" }),
      ),
      delimiter: Type.Optional(OneOf([",", ";", "\t", "|"], { title: "Delimiter", default: "," })),
      header: Type.Optional(Type.Boolean({ title: "Write names in the first row", default: true })),
      safeForSpreadsheets: Type.Optional(
        Type.Boolean({
          title: "Safe for spreadsheets",
          description: "puts ' before texts that a spreadsheet would run as a formula",
          default: false,
        }),
      ),
    },
    closed,
  ),
  output: Type.String(),
  sample: { with: { items: [{ sku: "a", note: 'say "hi"' }] }, output: 'sku,note\na,"say ""hi"""\n' },
  compute: ({ items, columns, delimiter = ",", header = true, safeForSpreadsheets = false }, budget) => {
    chargeText(
      budget,
      0,
      items.reduce<number>((sum, item) => sum + roughSize(item), 0),
    );
    const names = columns ?? namesOf(items);
    const cell = (value: Json | undefined) =>
      quote(safeForSpreadsheets ? defuse(textOf(value)) : textOf(value), delimiter);
    const line = (values: readonly (Json | undefined)[]) => `${values.map(cell).join(delimiter)}\n`;
    const rows = items.map((item) => line(Array.isArray(item) ? item : names.map((name) => cellOf(item, name))));
    return `${header && names.length > 0 ? line(names) : ""}${rows.join("")}`;
  },
});

const namesOf = (items: readonly Json[]): string[] => [
  ...new Set(items.flatMap((item) => (isJsonObject(item) ? Object.keys(item) : []))),
];

const cellOf = (item: Json, name: string): Json | undefined => (isJsonObject(item) ? ownValue(item, name) : undefined);

const textOf = (value: Json | undefined): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

const quote = (text: string, delimiter: string): string =>
  /["\r\n]|^\s|\s$/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;

const defuse = (text: string): string =>
  /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
