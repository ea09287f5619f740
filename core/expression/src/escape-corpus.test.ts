import { describe, expect, test } from "bun:test";
import { compileTemplate, createMeter, ExpressionError, parseTemplate } from "./index";

/** Ways to name a forbidden key. */
const keys = ["constructor", "__proto__", "prototype"];
const spellings = keys.flatMap((key) => [
  `.${key}`,
  `?.${key}`,
  `["${key}"]`,
  `['${key}']`,
  `?.["${key}"]`,
  `[\`${key}\`]`,
  `["${key.slice(0, 3)}" + "${key.slice(3)}"]`,
  `["${[...key].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"]`,
  `["${[...key].map((letter) => `\\x${letter.charCodeAt(0).toString(16)}`).join("")}"]`,
  `["${[...key].reverse().join("")}" | reverse]`,
  `["${[...key].join(",")}" | replace(",", "")]`,
  `[["${key}"][0]]`,
  `[["${key}"]]`,
  `[{ k: "${key}" }.k]`,
  `[text("${key}")]`,
  `["${key.toUpperCase()}" | lower]`,
  `["${btoa(key)}" | base64Decode]`,
]);
const bases = ["o", "l", "s", "n", '"text"', "[1]", "{ a: 1 }", "(1 + 1)", "true", "o.f", "l.map", "missing"];
const chains = bases.flatMap((base) => spellings.map((spelling) => `${base}${spelling}`));

/** What runs code in JavaScript, with and without a chain in front. */
const others = [
  "this.constructor.constructor('return process')()",
  "(() => {}).constructor('return process')()",
  "(function(){ return this })()",
  "function f() {}",
  "new Function('return process')()",
  "new Proxy({}, { get: x => x })",
  "class A { x = process }",
  "eval('1')",
  "Function('return process')()",
  "setTimeout(x => x, 0)",
  "import('fs')",
  "require('fs')",
  "import.meta.env",
  "process.mainModule.require('child_process').execSync('id')",
  "globalThis['pro' + 'cess']",
  "Reflect.ownKeys(o)",
  "Object.getPrototypeOf(o)",
  "Object.assign(o, { a: 1 })",
  "Error.prepareStackTrace = (e, s) => s",
  "with (o) x",
  "o => o",
  "x => y => x",
  "l.map(x => y => x)",
  "l.map(x => { return x })",
  "l.map(function (x) { return x })",
  "l.map((...x) => x)",
  "l.map(({ a }) => a)",
  "l.map(x => x.constructor)",
  "l.map(constructor)",
  "l.map(upper)",
  "l.map(l.map)",
  "l.map.call(l)",
  "l.map.apply(l)",
  "l.map.bind(l)",
  "o.toString()",
  "o.toString.constructor",
  "o.valueOf()",
  "o.hasOwnProperty('x')",
  "o.__defineGetter__('x', y => y)",
  "o.__lookupGetter__('x')",
  "JSON.stringify = x => x",
  "tag`x`",
  `\`$${"{process}"}\``,
  `\`$${"{o.constructor}"}\``,
  "o.x = 1",
  "o.x += 1",
  "o.x++",
  "--o.x",
  "delete o.x",
  "typeof o",
  "void 0",
  "o instanceof Object",
  "'x' in o",
  "await o",
  "yield o",
  "async x => x",
  "(o, l)",
  "o; l",
  "o // comment",
  "o /* comment */",
  "/a+/.test(s)",
  "1n",
  "0x10",
  "@o",
  "#o",
  "o?.()",
  "o()",
  "o[0]()",
  "(o)()",
  "[...o]",
  "{ ...l }",
  "{ get x() { return 1 } }",
  "{ x() { return 1 } }",
  "{ constructor: 1 }",
  "{ 'constructor': 1 }",
  "{ ['constructor']: 1 }",
  "{ ['__pro' + 'to__']: { a: 1 } }",
  "{ __proto__ }",
  "get(o, '__proto__.polluted')",
  "get(o, 'constructor')",
  "set(o, '__proto__', { polluted: 1 })",
  "set(o, 'constructor', 1)",
  "pick(o, '__proto__')",
  "omit(o, 'constructor')",
  "mapKeys(o, (v, k) => '__proto__')",
  "fromEntries([{ key: '__proto__', value: { polluted: 1 } }])",
  "l.groupBy(x => '__proto__')",
  "l.keyBy(x => 'constructor')",
  "l.countBy(x => 'prototype')",
  'merge(o, parseJson(\'{"__proto__":{"polluted":1}}\')).polluted',
  "parseQuery('__proto__=1').polluted",
  "l.map('__proto__')",
  "l.sortBy('constructor')",
  "hasKey(o, 'constructor')",
  "env",
  "process",
  "Bun.env",
  "globalThis.Bun",
  "window.location",
  "document.cookie",
  "fetch('http://127.0.0.1')",
  "console.log(1)",
  "performance.now()",
  "Date.now()",
  "Math.random()",
  "Symbol.iterator",
];

const canary = "canary-5d1e";
process.env.DAP_EXPRESSION_CANARY = canary;

const payloads = [...chains, ...others];

/** A host object is anything that JSON cannot carry: functions, classes, getters, proxies of such. */
function isData(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== "object") return ["string", "number", "boolean"].includes(typeof value);
  const prototype = Object.getPrototypeOf(value);
  const isPlain = prototype === null || prototype === Object.prototype || prototype === Array.prototype;
  return isPlain && Object.values(value).every(isData);
}

describe("the corpus of escapes", () => {
  test("has 300 payloads or more, all different", () => {
    expect(new Set(payloads).size).toBe(payloads.length);
    expect(payloads.length).toBeGreaterThanOrEqual(300);
  });

  test("yields data or an ExpressionError, never a host object", () => {
    const keysBefore = JSON.stringify(
      [Object.prototype, Array.prototype].map((each) => Reflect.ownKeys(each).map(String)),
    );
    for (const payload of payloads) {
      for (const source of [
        `{{ ${payload} }}`,
        `x {{ ${payload} }}`,
        `{{ [${payload}] }}`,
        `{{ l.map(q => ${payload}) }}`,
      ]) {
        const value = attempt(source);
        expect({ source, isData: isData(value) }).toEqual({ source, isData: true });
        expect(JSON.stringify(value) ?? "").not.toContain(canary);
      }
    }
    expect(JSON.stringify([Object.prototype, Array.prototype].map((each) => Reflect.ownKeys(each).map(String)))).toBe(
      keysBefore,
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("reaches no forbidden key by any spelling", () => {
    for (const payload of chains) {
      const value = attempt(`{{ ${payload} }}`);
      // A list as a key is no key: the one spelling that is refused for its type. All others name the key.
      expect({ payload, value }).toEqual({ payload, value: undefined });
    }
  });

  test("is gone through in less than a second", () => {
    const start = performance.now();
    for (const payload of payloads) attempt(`{{ ${payload} }}`);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  function attempt(source: string): unknown {
    const parsed = parseTemplate(source);
    if (parsed.kind === "refused") return undefined;
    const scope = { o: { x: 1, f: { g: 1 } }, l: [1, 2], s: "text", n: 5 };
    try {
      return compileTemplate(parsed.template)(scope, createMeter());
    } catch (error) {
      if (error instanceof ExpressionError) return undefined;
      throw error;
    }
  }
});
