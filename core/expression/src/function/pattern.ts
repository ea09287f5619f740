import type { Json } from "@dap/contract";
import { RE2JS } from "re2js";
import { ExpressionError } from "../error";
import { newObject, orNull } from "../evaluate/value";
import { integerType, listOf, mapOf, maybe, nullType, objectOf, textType, union } from "../infer/type";
import type { Meter } from "../meter";
import { define, integer, optional, text } from "./definition";

const groupType = union(textType, nullType);
const matchType = objectOf(
  new Map([
    ["text", textType],
    ["index", integerType],
    ["groups", listOf(groupType)],
    ["named", mapOf(groupType)],
  ]),
);

const parameters = [text("value"), text("pattern"), optional(text("flags"))] as const;

export const patternFunctions = [
  define({
    name: "matches",
    parameters,
    returns: "boolean",
    description:
      'Whether the pattern is found anywhere in the text. Patterns are RE2: linear in time, without look-around and back references. Flags: "i" any case, "m" ^ and $ at lines, "s" . matches line ends.',
    examples: [
      ['"Order 12" | matches("\\\\d+")', true],
      ['matches("ABC", "^abc$", "i")', true],
    ],
    run: (meter, value, pattern, flags) => compile(meter, pattern, flags, value).matcher(value).find(),
  }),
  define({
    name: "match",
    parameters,
    returns: () => maybe(matchType),
    description: "The first find: its text, index, groups and named groups; missing if there is none.",
    examples: [
      ['"a-12" | match("([a-z])-(\\\\d+)") | get("groups")', ["a", "12"]],
      ['match("abc", "x")', undefined],
    ],
    run: (meter, value, pattern, flags) => found(meter, value, pattern, flags, 1)[0],
  }),
  define({
    name: "matchAll",
    parameters,
    returns: () => listOf(matchType),
    description: "All finds, as match gives them.",
    examples: [['"a1 b2" | matchAll("\\\\d") | map("text")', ["1", "2"]]],
    run: (meter, value, pattern, flags) => found(meter, value, pattern, flags, Number.POSITIVE_INFINITY),
  }),
  define({
    name: "extract",
    parameters: [text("value"), text("pattern"), optional(integer("group")), optional(text("flags"))],
    returns: () => maybe(textType),
    description: "The text of the first find, or of one of its groups (counted from 1); missing if there is none.",
    examples: [
      ['"Order 12 of 30" | extract("\\\\d+")', "12"],
      ['"id=7;" | extract("id=(\\\\d+)", 1)', "7"],
    ],
    run: (meter, value, pattern, group = 0, flags) => {
      const matcher = compile(meter, pattern, flags, value).matcher(value);
      if (!matcher.find() || group < 0 || group > matcher.groupCount()) return undefined;
      return matcher.group(group) ?? undefined;
    },
  }),
  define({
    name: "replacePattern",
    parameters: [text("value"), text("pattern"), text("by"), optional(text("flags"))],
    returns: "text",
    description:
      "The text with every find replaced; $1 to $9 in the replacement are groups, $0 is the find, $$ a dollar.",
    examples: [['"2025-01-31" | replacePattern("(\\\\d+)-(\\\\d+)-(\\\\d+)", "$3.$2.$1")', "31.01.2025"]],
    run: (meter, value, pattern, by, flags) => replaced(meter, value, compile(meter, pattern, flags, value), by),
  }),
  define({
    name: "splitPattern",
    parameters,
    returns: "texts",
    description: "The parts of the text between finds.",
    examples: [['"a1b22c" | splitPattern("\\\\d+")', ["a", "b", "c"]]],
    run: (meter, value, pattern, flags) => {
      const parts: Json[] = [];
      let at = 0;
      eachMatch(meter, value, compile(meter, pattern, flags, value), (start, end) => {
        if (end === 0 || start === value.length) return;
        parts.push(value.slice(at, start));
        at = end;
      });
      return [...parts, value.slice(at)];
    },
  }),
];

const flagBits: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
};

const patternLengthMax = 1000;
const patternsMax = 200;
/** Compiled patterns by flags and text. They hold no data but the pattern, and the oldest goes first. */
const compiled = new Map<string, RE2JS>();

/** Compiles or finds a pattern, and pays for one pass over the text, which takes its length times the pattern's size. */
function compile(meter: Meter, pattern: string, flags = "", value: string): RE2JS {
  // The same whether it is known already: what an evaluation pays may not depend on what ran before.
  meter.charge(20 + 4 * pattern.length + repetitions(pattern));
  const use = findCompiled(pattern, flags);
  meter.charge(1 + passCost(use, value.length));
  return use;
}

/** Counted repetitions are written out when a pattern is compiled. */
function repetitions(pattern: string): number {
  let sum = 0;
  for (const [, least, most] of pattern.matchAll(/\{(\d{1,4})(?:,(\d{0,4}))?\}/g)) sum += 20 * Number(most || least);
  return sum;
}

const passCost = (pattern: RE2JS, length: number): number => Math.ceil((pattern.programSize() * length) / 64);

function findCompiled(pattern: string, flags: string): RE2JS {
  const key = `${flags}/${pattern}`;
  const known = compiled.get(key);
  if (known) return known;
  const fresh = compileFresh(pattern, flags);
  const oldest = compiled.size >= patternsMax ? compiled.keys().next().value : undefined;
  if (oldest !== undefined) compiled.delete(oldest);
  compiled.set(key, fresh);
  return fresh;
}

function compileFresh(pattern: string, flags: string): RE2JS {
  if (pattern.length > patternLengthMax)
    throw new ExpressionError("TOO_LONG", `a pattern may have ${patternLengthMax} characters`);
  let bits = 0;
  for (const flag of flags) {
    if (!Object.hasOwn(flagBits, flag))
      throw new ExpressionError("TYPE", `the flags of a pattern are i, m and s, not "${flag}"`);
    bits |= flagBits[flag] ?? 0;
  }
  try {
    return RE2JS.compile(pattern, bits);
  } catch {
    throw new ExpressionError(
      "TYPE",
      "this is no pattern that can be used (RE2 syntax; no look-around, no back references)",
    );
  }
}

type Matcher = ReturnType<RE2JS["matcher"]>;

/**
 * Visits finds from left to right. A find with an unbounded repetition may have read far beyond its end, each time
 * again; it pays for that, and dearly in long texts, where reading them again and again would take quadratic time.
 */
function eachMatch(
  meter: Meter,
  value: string,
  pattern: RE2JS,
  visit: (start: number, end: number, matcher: Matcher) => void,
  countMax = Number.POSITIVE_INFINITY,
): void {
  const matcher = pattern.matcher(value);
  const isUnbounded = /[*+]|\{\d+,\}/.test(pattern.pattern());
  const shift = value.length > 8192 ? 3 : 5;
  const bound = pattern.programSize() >> 3;
  for (let count = 0; count < countMax && matcher.find(); count++) {
    const rest = isUnbounded ? (value.length - matcher.end()) >> shift : bound;
    meter.charge(1 + (matcher.end() - matcher.start()) + rest, 32);
    visit(matcher.start(), matcher.end(), matcher);
  }
}

function found(meter: Meter, value: string, pattern: string, flags: string | undefined, countMax: number): Json[] {
  const finds: Json[] = [];
  const use = compile(meter, pattern, flags, value);
  eachMatch(
    meter,
    value,
    use,
    (start, end, matcher) => finds.push(describeMatch(meter, value, start, end, matcher, use)),
    countMax,
  );
  return finds;
}

function describeMatch(
  meter: Meter,
  value: string,
  start: number,
  end: number,
  matcher: Matcher,
  pattern: RE2JS,
): Json {
  const count = matcher.groupCount();
  meter.charge(count, (end - start) * (count + 1) + 16 * count);
  const groups = Array.from({ length: count }, (_, index) => orNull(matcher.group(index + 1)));
  const named = newObject();
  for (const [name, index] of Object.entries(pattern.namedGroups())) named[name] = groups[Number(index) - 1] ?? null;
  return Object.assign(newObject(), { text: value.slice(start, end), index: start, groups, named });
}

function replaced(meter: Meter, value: string, pattern: RE2JS, by: string): string {
  let result = "";
  let at = 0;
  eachMatch(meter, value, pattern, (start, end, matcher) => {
    const text = by.replace(/\$([$0-9])/g, (_, mark: string) => {
      if (mark === "$") return "$";
      const part = Number(mark) > matcher.groupCount() ? "" : (matcher.group(Number(mark)) ?? "");
      meter.charge(0, part.length);
      return part;
    });
    meter.charge(0, text.length + start - at);
    result += value.slice(at, start) + text;
    at = end;
  });
  return result + value.slice(at);
}
