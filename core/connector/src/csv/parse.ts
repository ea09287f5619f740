import { type Json, StepFault } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { CsvError, parse as parseRows } from "csv-parse/sync";
import { chargeText } from "../kit/cost";
import { defineAction } from "../kit/define";
import { AnyList, closed, OneOf } from "../kit/schema";

const rowCharactersMax = 1_048_576;
const columnsMax = 1_000;

/** With `header` each row is an object by the names of the first row; without it a list of texts. Texts stay texts. */
export const parse = defineAction({
  name: "parse",
  title: "Read CSV",
  description: "Turns a table written as text into a list of rows.",
  effect: "pure",
  input: Type.Object(
    {
      text: Type.String({ title: "Text" }),
      delimiter: Type.Optional(OneOf([",", ";", "\t", "|"], { title: "Delimiter", default: "," })),
      header: Type.Optional(Type.Boolean({ title: "First row has names", default: true })),
      trim: Type.Optional(Type.Boolean({ title: "Trim spaces", default: false })),
    },
    closed,
  ),
  output: AnyList({ description: "one item per row" }),
  sample: {
    with: { text: "sku,n\na,1\nb,2\n" },
    output: [
      { sku: "a", n: "1" },
      { sku: "b", n: "2" },
    ],
  },
  compute: ({ text, delimiter = ",", header = true, trim = false }, budget) => {
    chargeText(budget, text.length * 4, text.length * 2);
    const rows = readRows(text, delimiter, trim);
    if (!header) return rows;
    const [names = [], ...data] = rows;
    if (names.length > columnsMax) throw new StepFault("CSV_INVALID", `The table has more than ${columnsMax} columns.`);
    budget.charge(1 + data.length, data.length * names.length * 8);
    // Rows are made by the names as own properties, so a column called `__proto__` is a column like any other.
    return data.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ""])));
  },
});

function readRows(text: string, delimiter: string, trim: boolean): readonly (readonly string[])[] & readonly Json[] {
  try {
    return parseRows(text, {
      bom: true,
      delimiter,
      trim,
      skip_empty_lines: true,
      max_record_size: rowCharactersMax,
    }) as string[][]; // without `columns` and `cast`, rows are lists of texts
  } catch (error) {
    const line = error instanceof CsvError && typeof error.lines === "number" ? error.lines : undefined;
    throw new StepFault(
      "CSV_INVALID",
      line === undefined ? "The text is not CSV." : `The text is not CSV near line ${line}.`,
    );
  }
}
