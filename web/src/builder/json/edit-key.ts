/** The text of an editor with what is selected in it. */
export type Selection = { readonly text: string; readonly start: number; readonly end: number };

/** Replace `from`..`to` by `insert`, then select `start`..`end`. */
export type Edit = {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  readonly start: number;
  readonly end: number;
};

const unit = "  ";
const pairs: Readonly<Record<string, string>> = { "{": "}", "[": "]", '"': '"' };

/** What a key does beyond what every text field does: `undefined` leaves it to the browser. */
export function editForKey(selection: Selection, key: string, isShift: boolean): Edit | undefined {
  if (key === "Tab") return isShift ? outdent(selection) : indent(selection);
  if (key === "Enter" && !isShift) return newLine(selection);
  if (key === "Backspace") return removePair(selection);
  return overtype(selection, key) ?? openPair(selection, key);
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

function indent({ text, start, end }: Selection): Edit {
  if (!text.slice(start, end).includes("\n")) return insertAt(start, end, unit);
  const from = lineStart(text, start);
  const lines = text.slice(from, end).split("\n");
  const insert = lines.map((line) => (line === "" ? line : unit + line)).join("\n");
  return {
    from,
    to: end,
    insert,
    start: start + (lines[0] === "" ? 0 : unit.length),
    end: end + insert.length - (end - from),
  };
}

function outdent({ text, start, end }: Selection): Edit {
  const from = lineStart(text, start);
  const lines = text.slice(from, end).split("\n");
  const taken = lines.map((line) => /^ {0,2}/.exec(line)?.[0].length ?? 0);
  // A caret inside the indentation may stand before all that is taken away: look at the whole line then.
  const first = /^ {0,2}/.exec(text.slice(from))?.[0].length ?? 0;
  if (lines.length === 1) {
    const to = from + first;
    return { from, to, insert: "", start: Math.max(from, start - first), end: Math.max(from, end - first) };
  }
  const insert = lines.map((line, index) => line.slice(taken[index])).join("\n");
  return { from, to: end, insert, start: Math.max(from, start - (taken[0] ?? 0)), end: from + insert.length };
}

function newLine({ text, start, end }: Selection): Edit {
  const own = /^ */.exec(text.slice(lineStart(text, start), start))?.[0] ?? "";
  const before = text[start - 1] ?? "";
  const opens = before === "{" || before === "[";
  const closes = opens && text[end] === pairs[before];
  const insert = `\n${own}${opens ? unit : ""}`;
  const caret = start + insert.length;
  return { from: start, to: end, insert: closes ? `${insert}\n${own}` : insert, start: caret, end: caret };
}

/** Typing a closing character before the same one goes past it. */
function overtype({ text, start, end }: Selection, key: string): Edit | undefined {
  if (start !== end || text[start] !== key || !['"', "}", "]"].includes(key)) return undefined;
  if (key === '"' && text[start - 1] === "\\") return undefined;
  return { from: start, to: start + 1, insert: key, start: start + 1, end: start + 1 };
}

function openPair({ text, start, end }: Selection, key: string): Edit | undefined {
  const close = pairs[key];
  if (close === undefined) return undefined;
  if (start !== end)
    return { from: start, to: end, insert: key + text.slice(start, end) + close, start: start + 1, end: end + 1 };
  const after = text[start] ?? "\n";
  const isFree = "\n ,]}".includes(after);
  const isInsideText =
    key !== '"' ? isInString(text, start) : /[\w"\\]/.test(text[start - 1] ?? "") || isInString(text, start);
  if (!isFree || isInsideText) return undefined;
  return { from: start, to: start, insert: key + close, start: start + 1, end: start + 1 };
}

/** Strings do not go over lines, so the line is enough to tell. */
function isInString(text: string, offset: number): boolean {
  const before = text.slice(lineStart(text, offset), offset).replace(/\\./g, "");
  return (before.split('"').length - 1) % 2 === 1;
}

function removePair({ text, start, end }: Selection): Edit | undefined {
  const before = text[start - 1] ?? "";
  if (start !== end || pairs[before] === undefined || pairs[before] !== text[start]) return undefined;
  return { from: start - 1, to: start + 1, insert: "", start: start - 1, end: start - 1 };
}

function insertAt(from: number, to: number, insert: string): Edit {
  return { from, to, insert, start: from + insert.length, end: from + insert.length };
}
