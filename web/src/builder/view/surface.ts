import { editForKey } from "../json/edit-key";
import { tokenizeLine } from "../json/token";

/** Something wrong at a place of the text. */
export type Mark = { readonly start: number; readonly end: number; readonly severity: "error" | "warning" };

export type Surface = {
  readonly setMarks: (marks: readonly Mark[]) => void;
  /** Selects a place and brings it into view; takes the focus only when asked to. */
  readonly reveal: (start: number, end: number, takeFocus: boolean) => void;
  /** Replaces the whole text as one step that can be undone. */
  readonly replace: (text: string) => void;
  readonly detach: () => void;
};

export type SurfaceOptions = {
  readonly root: HTMLElement;
  readonly onText: (text: string) => void;
  readonly onCaret: (offset: number) => void;
};

type LineMark = { readonly from: number; readonly to: number; readonly severity: Mark["severity"] };

const overscan = 24;

/**
 * Makes a plain text area into an editor: line numbers, tint, marks, and keys that know JSON. The text area stays the
 * one thing that is typed into, so that undo, search, spelling and assistive technology work as everywhere. Below it lies
 * a tinted copy of the lines on the screen only, which keeps long documents fast.
 */
export function attachSurface({ root, onText, onCaret }: SurfaceOptions): Surface {
  const area = find(root, "textarea", HTMLTextAreaElement);
  const layer = find(root, ".code__layer", HTMLElement);
  const gutter = find(root, ".code__gutter", HTMLElement);
  const scroller = find(root, ".code__scroll", HTMLElement);
  const lineHeight = Number.parseFloat(getComputedStyle(area).lineHeight);
  const abort = new AbortController();
  const { signal } = abort;
  let lines: readonly string[] = [];
  let starts: readonly number[] = [];
  let marks = new Map<number, LineMark[]>();
  let frame = 0;
  let leaves = false;

  const measure = () => {
    lines = area.value.split("\n");
    let at = 0;
    starts = lines.map((line) => {
      const start = at;
      at += line.length + 1;
      return start;
    });
    const widest = lines.reduce((most, line) => Math.max(most, line.length), 0);
    area.style.height = `${lines.length * lineHeight}px`;
    area.style.width = `${widest + 4}ch`;
    gutter.style.width = `${String(lines.length).length + 3}ch`;
  };

  const lineAt = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  const draw = () => {
    frame = 0;
    const first = Math.max(0, Math.floor(scroller.scrollTop / lineHeight) - overscan);
    const last = Math.min(
      lines.length,
      Math.ceil((scroller.scrollTop + scroller.clientHeight) / lineHeight) + overscan,
    );
    const current = lineAt(area.selectionStart);
    const top = `${first * lineHeight}px`;
    layer.style.top = top;
    gutter.style.setProperty("--top", top);
    const shown = lines.slice(first, last);
    layer.replaceChildren(...shown.map((line, index) => drawLine(line, marks.get(first + index))));
    gutter.replaceChildren(...shown.map((_, index) => drawNumber(first + index, current, marks.get(first + index))));
  };
  const drawSoon = () => {
    frame ||= requestAnimationFrame(draw);
  };

  const changed = () => {
    measure();
    drawSoon();
    onText(area.value);
  };

  const write = (from: number, to: number, insert: string) => {
    area.setSelectionRange(from, to);
    // The old command is the only way that leaves the browser's undo in order.
    const isDone = insert === "" ? document.execCommand("delete") : document.execCommand("insertText", false, insert);
    if (isDone || area.value.slice(from, from + insert.length) === insert) return;
    area.setRangeText(insert, from, to, "end");
    changed();
  };

  const onKey = (event: KeyboardEvent) => {
    // Escape, then Tab, leaves: the way out for those who have no pointer.
    if (event.key === "Escape") leaves = true;
    else if (event.key !== "Tab" && event.key !== "Shift") leaves = false;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || (event.key === "Tab" && leaves)) return;
    const { value: text, selectionStart: start, selectionEnd: end, readOnly } = area;
    const edit = readOnly ? undefined : editForKey({ text, start, end }, event.key, event.shiftKey);
    if (!edit) return;
    event.preventDefault();
    if (edit.from !== edit.to || edit.insert !== "") write(edit.from, edit.to, edit.insert);
    area.setSelectionRange(edit.start, edit.end);
  };

  const showLine = (line: number) => {
    const top = line * lineHeight;
    const isSeen = top >= scroller.scrollTop && top + lineHeight * 3 <= scroller.scrollTop + scroller.clientHeight;
    if (!isSeen) scroller.scrollTop = Math.max(0, top - scroller.clientHeight / 3);
    scroller.scrollLeft = 0;
  };

  area.addEventListener("input", changed, { signal });
  area.addEventListener("keydown", onKey, { signal });
  area.addEventListener("blur", () => (leaves = false), { signal });
  scroller.addEventListener("scroll", drawSoon, { signal, passive: true });
  document.addEventListener(
    "selectionchange",
    () => {
      if (document.activeElement !== area) return;
      onCaret(area.selectionStart);
      drawSoon();
    },
    { signal },
  );
  const resized = new ResizeObserver(drawSoon);
  resized.observe(scroller);
  measure();
  draw();
  root.dataset.live = "";

  return {
    setMarks: (given) => {
      marks = new Map();
      for (const { start, end, severity } of given) {
        const line = lineAt(start);
        const from = start - (starts[line] ?? 0);
        const to = Math.max(from + 1, Math.min(end - (starts[line] ?? 0), lines[line]?.length ?? 0));
        marks.set(line, [...(marks.get(line) ?? []), { from, to, severity }]);
      }
      drawSoon();
    },
    reveal: (start, end, takeFocus) => {
      area.setSelectionRange(start, end);
      if (takeFocus) area.focus({ preventScroll: true });
      showLine(lineAt(start));
      drawSoon();
    },
    replace: (text) => {
      const hadFocus = document.activeElement;
      area.focus({ preventScroll: true });
      write(0, area.value.length, text);
      area.setSelectionRange(0, 0);
      if (hadFocus instanceof HTMLElement && hadFocus !== area) hadFocus.focus({ preventScroll: true });
    },
    detach: () => {
      abort.abort();
      resized.disconnect();
      cancelAnimationFrame(frame);
    },
  };
}

function find<T extends HTMLElement>(root: HTMLElement, selector: string, kind: new () => T): T {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`The editor has no ${selector}.`);
}

function drawLine(line: string, marks: readonly LineMark[] = []): HTMLElement {
  const element = document.createElement("div");
  element.className = "code__line";
  // A very long line is tinted at its start only: nobody reads the rest in colour.
  const [tinted, rest] = [line.slice(0, 4_000), line.slice(4_000)];
  for (const { kind, text } of tokenizeLine(tinted)) {
    if (kind === "space") {
      element.append(text);
      continue;
    }
    const span = document.createElement("span");
    span.className = `tok-${kind}`;
    span.textContent = text;
    element.append(span);
  }
  element.append(`${rest}\n`);
  for (const { from, to, severity } of marks) {
    const mark = document.createElement("span");
    mark.className = `code__mark code__mark--${severity}`;
    mark.style.left = `${from}ch`;
    mark.style.width = `${to - from}ch`;
    element.append(mark);
  }
  return element;
}

function drawNumber(line: number, current: number, marks: readonly LineMark[] = []): HTMLElement {
  const element = document.createElement("div");
  const worst = marks.some(({ severity }) => severity === "error") ? "error" : marks.length > 0 ? "warning" : "";
  element.className = `code__number${line === current ? " code__number--current" : ""}${worst ? ` code__number--${worst}` : ""}`;
  element.textContent = String(line + 1);
  return element;
}
