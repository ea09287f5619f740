import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { computeStep } from "../test-step";

const parse = (text: string, rest = {}) => computeStep("csv.parse", { text, ...rest });

describe("csv.parse", () => {
  test("reads quotes, line breaks inside them, a byte order mark and other delimiters", () => {
    expect(parse('\ufeffa,b\r\n"x, ""y""\nz",2\r\n')).toEqual([{ a: 'x, "y"\nz', b: "2" }]);
    expect(parse("a;b\n1;2", { delimiter: ";" })).toEqual([{ a: "1", b: "2" }]);
    expect(parse("a,b\n1, 2 \n\n", { header: false, trim: true })).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
    expect(parse("")).toEqual([]);
    expect(parse("007,1e5", { header: false })).toEqual([["007", "1e5"]]);
  });

  test("refuses what is not a table", () => {
    for (const text of ["a,b\n1", "a\n1,2", 'a\n"x', 'a\nx"y"'])
      expect([text, parse(text)]).toEqual([text, "fault CSV_INVALID"]);
    expect(parse(`${"a,".repeat(1_001)}a`)).toBe("fault CSV_INVALID");
    expect(parse(`a\n"${"x".repeat(1_100_000)}"`)).toBe("fault CSV_INVALID");
  });

  test("takes a column named like a prototype as a column", () => {
    const [row] = parse("__proto__,constructor\nx,y") as [Record<string, string>];
    expect(Object.entries(row)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });
});

describe("csv.stringify", () => {
  const write = (items: unknown[], rest = {}) => computeStep("csv.stringify", { items: items as never[], ...rest }); // rows of this test are JSON

  test("writes all keys in order of appearance, or the columns asked for", () => {
    expect(write([{ a: 1 }, { b: null, a: { x: 1 } }])).toBe('a,b\n1,\n"{""x"":1}",\n');
    expect(write([{ a: 1, b: 2 }], { columns: ["b", "c"], header: false })).toBe("2,\n");
    expect(write([["x", " y"], [true]], { delimiter: ";", header: false })).toBe('x;" y"\ntrue\n');
  });

  test("takes the sting out of formulas when asked", () => {
    const items = [{ a: "=1+1" }, { a: "@x" }, { a: "-5" }, { a: "+a" }, { a: "fine" }];
    expect(write(items, { safeForSpreadsheets: true })).toBe("a\n'=1+1\n'@x\n-5\n'+a\nfine\n");
  });

  test("is undone by parsing, for any texts", () => {
    const cell = fc.string({ unit: "binary", minLength: 1 }).filter((text) => !text.startsWith("\ufeff"));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        expect(parse(write(rows, { header: false }) as string, { header: false })).toEqual(rows);
      }),
    );
  });
});
