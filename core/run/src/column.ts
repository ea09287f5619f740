/**
 * Columns of a batch as single text parameters. Ids and numbers travel as array literals, texts joined by U+001E and
 * split again by Postgres: both cost a fraction of escaping every element. JSON text never holds that character.
 */
const separator = "\u001e";

/** A value that Postgres cannot hold, or that this way of sending cannot carry. The batch is halved to find its owner. */
export class RunDataError extends Error {
  override readonly name = "RunDataError";
}

/** Elements without commas, quotes and braces (ids, numbers, names of our own); `undefined` becomes null. */
export const plainArray = <T>(rows: readonly T[], read: (row: T) => string | number | boolean | undefined): string =>
  `{${rows.map((row) => read(row) ?? "null").join(",")}}`;

/** Texts of any content but NUL, U+001E and halves of surrogate pairs. For `textsFrom`. */
export const joinTexts = <T>(rows: readonly T[], read: (row: T) => string): string =>
  rows.map((row) => checkText(read(row))).join(separator);

/** JSON that was written by `JSON.stringify`, which escapes whatever could do harm here. For `textsFrom`. */
export const joinJson = <T>(rows: readonly T[], read: (row: T) => string): string => rows.map(read).join(separator);

/** SQL that makes a `text[]` of a joined parameter. An empty batch is an empty array. */
export const textsFrom = (parameter: string): string => `string_to_array(${parameter}::text, E'\\x1e')`;

function checkText(text: string): string {
  // An only, empty element could not be told from an empty column.
  if (text === "") throw new RunDataError("A text is empty");
  if (text.includes(separator) || text.includes("\0") || /\p{Surrogate}/u.test(text)) {
    throw new RunDataError("A text holds a NUL, a record separator or half of a surrogate pair");
  }
  return text;
}
