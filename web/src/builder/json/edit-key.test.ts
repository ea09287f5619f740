import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { editForKey, type Selection } from "./edit-key";

/** `|` marks the caret, two of them a selection. */
function read(marked: string): Selection {
  const start = marked.indexOf("|");
  const rest = marked.slice(0, start) + marked.slice(start + 1);
  const second = rest.indexOf("|");
  return second === -1
    ? { text: rest, start, end: start }
    : { text: rest.slice(0, second) + rest.slice(second + 1), start, end: second };
}

function press(marked: string, key: string, isShift = false): string | undefined {
  const selection = read(marked);
  const edit = editForKey(selection, key, isShift);
  if (!edit) return undefined;
  const text = selection.text.slice(0, edit.from) + edit.insert + selection.text.slice(edit.to);
  const carets = edit.start === edit.end ? "|" : `|${text.slice(edit.start, edit.end)}|`;
  return text.slice(0, edit.start) + carets + text.slice(edit.end);
}

describe("a key in the editor", () => {
  test("Tab indents, and Shift+Tab takes it back", () => {
    expect(press("a|", "Tab")).toBe("a  |");
    expect(press("|a\nb|", "Tab")).toBe("  |a\n  b|");
    expect(press("  a|", "Tab", true)).toBe("a|");
    expect(press(" | a", "Tab", true)).toBe("|a");
    expect(press("  |a\n  b|", "Tab", true)).toBe("|a\nb|");
  });

  test("Enter keeps the indentation and opens a bracket", () => {
    expect(press("  a|", "Enter")).toBe("  a\n  |");
    expect(press("  {|}", "Enter")).toBe("  {\n    |\n  }");
    expect(press("  [|", "Enter")).toBe("  [\n    |");
  });

  test("an opening character brings its closing one where there is room", () => {
    expect(press("|", "{")).toBe("{|}");
    expect(press("|", '"')).toBe('"|"');
    expect(press("|a|", '"')).toBe('"|a|"');
    expect(press("|a", "{")).toBeUndefined();
    expect(press('"text |', "{")).toBeUndefined();
  });

  test("a closing character goes past its like, and Backspace takes both", () => {
    expect(press("{|}", "}")).toBe("{}|");
    expect(press('"\\|"', '"')).toBeUndefined();
    expect(press("[|]", "Backspace")).toBe("|");
    expect(press("[a|]", "Backspace")).toBeUndefined();
  });

  test("leaves other keys to the browser", () => {
    expect(press("|", "a")).toBeUndefined();
    expect(press("|", "ArrowUp")).toBeUndefined();
  });

  test("always selects inside of the text", () => {
    const text = fc.string({ unit: fc.constantFrom(...'{}[]"\n ab\\'), maxLength: 30 });
    const key = fc.constantFrom("Tab", "Enter", "Backspace", "{", "[", '"', "}");
    fc.assert(
      fc.property(text, fc.nat(30), fc.nat(30), key, fc.boolean(), (given, a, b, pressed, isShift) => {
        const start = Math.min(a, b, given.length);
        const end = Math.min(Math.max(a, b), given.length);
        const edit = editForKey({ text: given, start, end }, pressed, isShift);
        if (!edit) return;
        const length = given.length - (edit.to - edit.from) + edit.insert.length;
        expect(edit.from).toBeLessThanOrEqual(edit.to);
        expect(edit.start).toBeLessThanOrEqual(edit.end);
        expect(edit.start).toBeGreaterThanOrEqual(0);
        expect(edit.end).toBeLessThanOrEqual(length);
      }),
    );
  });
});
