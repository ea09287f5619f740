import { describe, expect, test } from "bun:test";
import { translator } from "../message";
import type { Schema } from "../protocol";
import { checkForm } from "./check";
import { type Field, formOf } from "./field";
import { initialValue, inputOf, merge, pathOf, pointerOf, toLocal, valueAt, withValue } from "./value";

const form = (schema: Schema): Field => {
  const field = formOf(schema);
  if (!field) throw new Error("expected a form");
  return field;
};
const object = (properties: NonNullable<Schema["properties"]>, required: string[] = []): Field =>
  form({ type: "object", properties, required });
const wrong = (field: Field, value: unknown) => Object.fromEntries(checkForm(field, value, translator("en")));
const one = (schema: Schema, value: unknown, required = true) =>
  wrong(object({ x: schema }, required ? ["x"] : []), { x: value })["/x"];

describe("a form", () => {
  test("asks for each kind of value with the control that fits it", () => {
    const controls: [Schema | boolean, string][] = [
      [{ type: "string" }, "text"],
      [{ type: "string", maxLength: 2_000 }, "area"],
      [{ type: "number" }, "number"],
      [{ type: ["integer", "null"] }, "number"],
      [{ type: "boolean" }, "checkbox"],
      [{ enum: ["a", "b"] }, "radio"],
      [{ enum: ["a", "b", "c", "d"] }, "select"],
      [{ oneOf: [{ const: 1, title: "One" }] }, "radio"],
      [{ type: "array", items: { type: "string" } }, "list"],
      [{ type: "array", uniqueItems: true, items: { enum: ["a"] } }, "checks"],
      [{ type: "object", properties: { a: { type: "string" } } }, "group"],
      [{ type: "object" }, "json"],
      [true, "json"],
      [{ type: ["string", "number"] }, "json"],
      [{ anyOf: [{ type: "string" }, { type: "null" }] }, "text"],
      [{}, "json"],
    ];
    for (const [schema, control] of controls)
      expect([JSON.stringify(schema), String(object({ x: schema }).fields[0]?.control)]).toEqual([
        JSON.stringify(schema),
        control,
      ]);
  });

  test("has nothing to ask where there is no input, or any", () => {
    for (const schema of [undefined, true, false, { type: "object", properties: {} }])
      expect(formOf(schema)).toBeUndefined();
    expect(form({ type: "string", title: "Name" })).toMatchObject({ control: "text", label: "Name", required: true });
  });

  test("names fields by their title, or makes a name of the key, and leaves out what is read only", () => {
    const { fields } = object({
      orderNumber: { type: "string" },
      b: { type: "string", title: "Beta" },
      c: { type: "string", readOnly: true },
      d: false,
    });
    expect(fields.map(({ label }) => label)).toEqual(["Order Number", "Beta"]);
  });

  test("follows references inside the schema, and is not led in circles", () => {
    const tree: Schema = {
      type: "object",
      properties: { next: { $ref: "#" }, pet: { $ref: "#/$defs/pet" } },
      $defs: { pet: { type: "string", title: "Pet" } },
    };
    expect(form({ ...tree, properties: { pet: { $ref: "#/$defs/pet" } } }).fields[0]).toMatchObject({
      control: "text",
      label: "Pet",
    });
    expect(() =>
      form({
        type: "object",
        $defs: { a: { type: "object", properties: { a: { $ref: "#/$defs/a" } } } },
        properties: { a: { $ref: "#/$defs/a" } },
      }),
    ).not.toThrow();
    expect(() =>
      form({ type: "object", $defs: { a: { $ref: "#/$defs/a" } }, properties: { a: { $ref: "#/$defs/a" } } }),
    ).not.toThrow();
  });
});

describe("checking a form", () => {
  test("says what is wrong with a value in words", () => {
    const cases: [Schema, unknown, string | undefined][] = [
      [{ type: "string" }, undefined, "This is needed."],
      [{ type: "string" }, "", "This is needed."],
      [{ type: "string", minLength: 3 }, "👍a", "Enter at least 3 characters."],
      [{ type: "string", maxLength: 2 }, "👍a", undefined],
      [{ type: "string", format: "email" }, "a@b", "Enter an e-mail address, such as name@example.com."],
      [{ type: "string", format: "email" }, "a@b.c", undefined],
      [{ type: "string", format: "uri" }, "javascript:alert(1)", "Enter a web address that begins with https://"],
      [{ type: "string", format: "uri" }, "https://a.b/c", undefined],
      [{ type: "string", pattern: "^\\d+$" }, "12a", "This does not have the expected form."],
      [{ type: "string", pattern: "(" }, "x", undefined],
      [{ type: "number", minimum: 2 }, 1, "Enter 2 or more."],
      [{ type: "number", exclusiveMaximum: 1_000 }, 1_000, "Enter less than 1,000."],
      [{ type: "number" }, Number.NaN, "Enter a number."],
      [{ type: "integer" }, 1.5, "Enter a whole number."],
      [{ type: "number", multipleOf: 0.1 }, 0.3, undefined],
      [{ type: "number", multipleOf: 0.1 }, 0.35, "Enter a multiple of 0.1."],
      [{ type: "boolean", const: true }, false, "This must be accepted to go on."],
      [{ type: "boolean" }, false, undefined],
      [{ type: "array", items: { type: "string" }, minItems: 1 }, [], "Add at least 1."],
      [{ type: "array", items: { type: "string" }, maxItems: 1 }, ["a", "b"], "Keep at most 1."],
      [{ type: "object" }, "{", "Enter valid JSON."],
      [{ type: "object" }, "{}", undefined],
    ];
    for (const [schema, value, message] of cases)
      expect([schema, value, one(schema, value)]).toEqual([schema, value, message]);
  });

  test("asks nothing of an optional group that is left empty, and all of one that is begun", () => {
    const field = object({
      address: {
        type: "object",
        required: ["city"],
        properties: { city: { type: "string" }, zip: { type: "string" } },
      },
    });
    expect(wrong(field, {})).toEqual({});
    expect(wrong(field, { address: { zip: "" } })).toEqual({});
    expect(wrong(field, { address: { zip: "1" } })).toEqual({ "/address/city": "This is needed." });
  });

  test("finds the place inside lists", () => {
    const field = object({
      lines: { type: "array", items: { type: "object", required: ["n"], properties: { n: { type: "integer" } } } },
    });
    expect(wrong(field, { lines: [{ n: 1 }, {}] })).toEqual({ "/lines/1/n": "This is needed." });
  });

  test("speaks the page's language where it can, and English elsewhere", async () => {
    const { loadWords } = await import("../message");
    await Promise.all(["de-AT", "xx", "__proto__"].map(loadWords));
    expect(translator("de-AT")("min", { n: 1000 })).toContain("oder mehr");
    expect(translator("de-DE")("min", { n: 1234567 })).toContain("1.234.567");
    expect(translator("xx")("required")).toBe("This is needed.");
  });
});

describe("the value of a form", () => {
  const field = object(
    {
      name: { type: "string", default: "x" },
      n: { type: "integer" },
      ok: { type: "boolean" },
      lines: {
        type: "array",
        minItems: 1,
        items: { type: "object", properties: { q: { type: "integer", default: 1 } } },
      },
      at: { type: "string", format: "date-time" },
      maybe: { type: ["string", "null"] },
    },
    ["ok", "lines", "maybe"],
  );

  test("begins with defaults and what must be there, under what the page prefills", () => {
    expect(initialValue(field)).toEqual({ name: "x", ok: false, lines: [{ q: 1 }] });
    expect(merge(initialValue(field), { n: 2, lines: [] })).toEqual({ name: "x", ok: false, lines: [], n: 2 });
  });

  test("is sent without what was left empty, instants in UTC, and null where it may be", () => {
    const sent = inputOf(field, { name: "", n: 3, ok: false, lines: [{}], at: "2026-03-01T10:00", maybe: "" });
    expect(sent).toEqual({ n: 3, ok: false, lines: [{}], at: new Date("2026-03-01T10:00").toISOString(), maybe: null });
    expect(toLocal(new Date("2026-03-01T10:00").toISOString())).toBe("2026-03-01T10:00");
    expect(inputOf(object({ g: { type: "object", properties: { a: { type: "string" } } } }), { g: { a: "" } })).toEqual(
      {},
    );
  });

  test("changes at one place and leaves the rest alone, whatever keys are called", () => {
    const before = { a: [{ b: 1 }, { b: 2 }], c: 1 };
    expect(withValue(before, ["a", 1, "b"], 3)).toEqual({ a: [{ b: 1 }, { b: 3 }], c: 1 });
    expect(withValue(before, ["c"], undefined)).toEqual({ a: before.a });
    const odd = withValue({}, ["__proto__", "polluted"], 1);
    expect(Object.keys(odd as object)).toEqual(["__proto__"]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(valueAt({}, ["constructor"])).toBeUndefined();
    expect(pathOf(pointerOf(["a/b", "c~d"]))).toEqual(["a/b", "c~d"]);
  });
});
