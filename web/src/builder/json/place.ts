import type { Json } from "@dap/contract";

/** Where a value stands in the text: from its first to past its last character, and where its name starts. */
export type Place = { readonly start: number; readonly end: number; readonly nameStart: number };

export type ParsedText =
  | { readonly kind: "parsed"; readonly value: Json; readonly places: ReadonlyMap<string, Place> }
  | { readonly kind: "refused"; readonly offset: number; readonly message: string };

const depthMax = 256;

class Refusal extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads JSON and remembers the place of every value by its JSON Pointer. Accepts exactly what `JSON.parse` does, up to
 * 256 levels, and says in plain words where and why it stops.
 */
export function parseWithPlaces(text: string): ParsedText {
  const reader = new Reader(text);
  try {
    return { kind: "parsed", value: reader.document(), places: reader.places };
  } catch (error) {
    if (error instanceof Refusal) return { kind: "refused", offset: error.offset, message: error.message };
    throw error;
  }
}

class Reader {
  readonly places = new Map<string, Place>();
  private at = 0;
  constructor(private readonly text: string) {}

  document(): Json {
    const value = this.value("", 0, this.skip());
    if (this.skip() < this.text.length) throw new Refusal(this.at, "There is something after the end of the document.");
    return value;
  }

  /** Skips white space and tells where the next thing starts. */
  private skip(): number {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at += 1;
    return this.at;
  }

  private value(pointer: string, depth: number, nameStart: number): Json {
    const start = this.skip();
    if (depth > depthMax) throw new Refusal(start, "This is nested too deeply.");
    const value = this.read(pointer, depth);
    this.places.set(pointer, { start, end: this.at, nameStart });
    return value;
  }

  private read(pointer: string, depth: number): Json {
    const first = this.text[this.at];
    if (first === "{") return this.object(pointer, depth);
    if (first === "[") return this.array(pointer, depth);
    if (first === '"') return this.string();
    if (first === undefined) throw new Refusal(this.at, "The document ends too early: something is not closed.");
    return this.scalar();
  }

  private object(pointer: string, depth: number): Json {
    // Without a prototype, so that a name like `__proto__` is data.
    const object: Record<string, Json> = Object.create(null);
    const opened = this.at++;
    for (let isFirst = true; ; isFirst = false) {
      this.skip();
      if (this.text[this.at] === "}" && isFirst) break;
      if (this.text[this.at] === "}") throw new Refusal(this.at, "There is a comma before this brace; take it away.");
      const nameStart = this.at;
      if (this.text[this.at] !== '"') throw this.unexpected("a name in double quotes", opened);
      const name = this.string();
      this.skip();
      if (this.text[this.at] !== ":") throw this.unexpected('":" after the name', opened);
      this.at += 1;
      object[name] = this.value(`${pointer}/${pointerToken(name)}`, depth + 1, nameStart);
      if (this.isLast("}", opened)) break;
    }
    this.at += 1;
    return object;
  }

  private array(pointer: string, depth: number): Json {
    const items: Json[] = [];
    const opened = this.at++;
    if (this.text[this.skip()] !== "]")
      for (;;) {
        if (this.text[this.skip()] === "]")
          throw new Refusal(this.at, "There is a comma before this bracket; take it away.");
        items.push(this.value(`${pointer}/${items.length}`, depth + 1, this.at));
        if (this.isLast("]", opened)) break;
      }
    this.at += 1;
    return items;
  }

  private isLast(closing: string, opened: number): boolean {
    const next = this.text[this.skip()];
    if (next === closing) return true;
    if (next !== ",") throw this.unexpected(`"," or "${closing}"`, opened);
    this.at += 1;
    return false;
  }

  private string(): string {
    const start = this.at;
    this.at += 1;
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined || char === "\n") throw new Refusal(start, "This text has no closing quote.");
      this.at += char === "\\" ? 2 : 1;
      if (char === '"') break;
    }
    const raw = this.text.slice(start, this.at);
    try {
      return JSON.parse(raw);
    } catch {
      throw new Refusal(start, "This text holds a character that must be written as an escape, or a wrong escape.");
    }
  }

  private scalar(): Json {
    const start = this.at;
    const word = /^[^\s{}[\],:"]+/.exec(this.text.slice(start, start + 400))?.[0] ?? this.text[start] ?? "";
    try {
      const value: Json = JSON.parse(word);
      this.at += word.length;
      return value;
    } catch {
      throw new Refusal(start, `"${word.slice(0, 40)}" is not a value. Texts stand in double quotes.`);
    }
  }

  private unexpected(wanted: string, opened: number): Refusal {
    const isEnd = this.at >= this.text.length;
    return isEnd ? new Refusal(opened, "This is never closed.") : new Refusal(this.at, `Expected ${wanted} here.`);
  }
}

const pointerToken = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** The place of a pointer, or of the nearest thing around it that exists (a missing field has no place of its own). */
export function findPlace(places: ReadonlyMap<string, Place>, pointer: string): Place | undefined {
  for (let path = pointer; ; path = path.slice(0, path.lastIndexOf("/"))) {
    const place = places.get(path);
    if (place || path === "") return place;
  }
}

/** Line and column of an offset, both counted from 1. */
export function lineOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
