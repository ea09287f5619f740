/** How a JSON text is built, as far as it is well formed. */
export type JsonShape = {
  /** Deepest nesting of objects and lists. */
  readonly depth: number;
  /** Members of its widest object. */
  readonly keys: number;
  /** Members and items of all its objects and lists together, one more for each that is empty. */
  readonly values: number;
};

/** Members that one object may have: wider ones are slow tables, and nobody's data. */
export const jsonKeysMax = 10_000;
/** Values that a body of the usual size may hold; what is allowed to be longer may hold one for every 20 bytes. */
export const jsonValuesMax = (bytesMax = 0): number => Math.max(250_000, bytesMax / 20);

/**
 * Measures a JSON text without parsing it: parsing a deep one costs stack, and parsing a wide one a hundred times the time
 * of looking. One pass; strings are stepped over.
 */
export function shapeOf(text: string): JsonShape {
  const members = [0];
  let depth = 0;
  let deepest = 0;
  let keys = 0;
  let values = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22: // "
        index = endOfString(text, index + 1);
        break;
      case 0x7b: // {
      case 0x5b: // [
        members[++depth] = 0;
        values++;
        deepest = Math.max(deepest, depth);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth = Math.max(0, depth - 1);
        break;
      case 0x3a: // :
        members[depth] = (members[depth] ?? 0) + 1;
        keys = Math.max(keys, members[depth] ?? 0);
        break;
      case 0x2c: // ,
        values++;
    }
  }
  return { depth: deepest, keys, values };
}

/** Where the quote is that ends a string; the text's length when none does. */
function endOfString(text: string, start: number): number {
  for (let index = start; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0x5c) index++;
    else if (unit === 0x22) return index;
  }
  return text.length;
}
