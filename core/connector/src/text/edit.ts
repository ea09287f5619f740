import { StepFault } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { chargeText } from "../kit/cost";
import { defineAction } from "../kit/define";
import { closed, OneOf } from "../kit/schema";

const text = Type.String({ title: "Text" });
const charactersMax = 16 * 1_048_576;

export const replace = defineAction({
  name: "replace",
  title: "Replace text",
  description: "Replaces every place where some text stands, letter by letter: no patterns.",
  effect: "pure",
  input: Type.Object(
    { text, find: Type.String({ title: "Find", minLength: 1 }), replacement: Type.String({ title: "Replace with" }) },
    closed,
  ),
  output: Type.String(),
  sample: { with: { text: "a-b-c", find: "-", replacement: "+" }, output: "a+b+c" },
  compute: ({ text, find, replacement }, budget) => {
    chargeText(budget, text.length);
    const parts = text.split(find);
    const length = text.length + (parts.length - 1) * (replacement.length - find.length);
    if (length > charactersMax) throw new StepFault("TEXT_TOO_LONG", "The text would become too long.");
    chargeText(budget, 0, length);
    return parts.join(replacement); // not `replaceAll`, which reads `$&` in the replacement
  },
});

export const split = defineAction({
  name: "split",
  title: "Split text",
  description: "Cuts text at a separator into a list.",
  effect: "pure",
  input: Type.Object(
    {
      text,
      separator: Type.String({ title: "Separator", minLength: 1 }),
      trim: Type.Optional(Type.Boolean({ title: "Trim the parts", default: false })),
      skipEmpty: Type.Optional(Type.Boolean({ title: "Leave out empty parts", default: false })),
    },
    closed,
  ),
  output: Type.Array(Type.String()),
  sample: { with: { text: "a, b,, c", separator: ",", trim: true, skipEmpty: true }, output: ["a", "b", "c"] },
  compute: ({ text, separator, trim = false, skipEmpty = false }, budget) => {
    chargeText(budget, text.length, text.length);
    const parts = text.split(separator);
    budget.charge(parts.length, parts.length * 16);
    const trimmed = trim ? parts.map((part) => part.trim()) : parts;
    return skipEmpty ? trimmed.filter((part) => part !== "") : trimmed;
  },
});

const Joinable = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);

export const join = defineAction({
  name: "join",
  title: "Join texts",
  description: "Puts the parts of a list together, with a separator between them; null counts as nothing.",
  effect: "pure",
  input: Type.Object(
    { items: Type.Array(Joinable, { title: "Parts" }), separator: Type.Optional(Type.String({ title: "Separator" })) },
    closed,
  ),
  output: Type.String(),
  sample: { with: { items: ["a", 1, true], separator: ", " }, output: "a, 1, true" },
  compute: ({ items, separator = "" }, budget) => {
    const parts = items.map((item) => (item === null ? "" : String(item)));
    const length = parts.reduce((sum, part) => sum + part.length + separator.length, 0);
    if (length > charactersMax) throw new StepFault("TEXT_TOO_LONG", "The text would become too long.");
    chargeText(budget, length, length);
    return parts.join(separator);
  },
});

export const trim = defineAction({
  name: "trim",
  title: "Trim and shorten",
  description: "Takes white space off both ends and, if you say so, cuts the text to a length.",
  effect: "pure",
  input: Type.Object(
    {
      text,
      charactersMax: Type.Optional(Type.Integer({ title: "Longest", minimum: 1, maximum: charactersMax })),
      ending: Type.Optional(Type.String({ title: "Ending of a cut text", default: "…", maxLength: 16 })),
    },
    closed,
  ),
  output: Type.String(),
  sample: { with: { text: "  a long story ", charactersMax: 7 }, output: "a long…" },
  compute: ({ text, charactersMax: longest, ending = "…" }, budget) => {
    chargeText(budget, text.length, text.length);
    const trimmed = text.trim();
    if (longest === undefined) return trimmed;
    const characters = [...trimmed]; // by code point, so that no character is cut in half
    if (characters.length <= longest) return trimmed;
    const kept = Math.max(0, longest - [...ending].length);
    return `${characters.slice(0, kept).join("").trimEnd()}${[...ending].slice(0, longest).join("")}`;
  },
});

export const between = defineAction({
  name: "between",
  title: "Text between",
  description: "Gives the text between two markers, the first time they stand there; null when they do not.",
  effect: "pure",
  input: Type.Object(
    {
      text,
      after: Type.Optional(Type.String({ title: "After", description: "left out: from the beginning" })),
      before: Type.Optional(Type.String({ title: "Before", description: "left out: to the end" })),
    },
    closed,
  ),
  output: Type.Union([Type.String(), Type.Null()]),
  sample: { with: { text: "Order #123 (paid)", after: "#", before: " " }, output: "123" },
  compute: ({ text, after = "", before = "" }, budget) => {
    chargeText(budget, text.length, text.length);
    const start = text.indexOf(after);
    if (start < 0) return null;
    const end = before === "" ? text.length : text.indexOf(before, start + after.length);
    return end < 0 ? null : text.slice(start + after.length, end);
  },
});

export const measure = defineAction({
  name: "measure",
  title: "Measure text",
  description: "Counts characters, words and lines.",
  effect: "pure",
  input: Type.Object(
    { text, unit: Type.Optional(OneOf(["characters", "words", "lines"], { default: "characters" })) },
    closed,
  ),
  output: Type.Integer({ minimum: 0 }),
  sample: { with: { text: "one two\nthree", unit: "words" }, output: 3 },
  compute: ({ text, unit = "characters" }, budget) => {
    chargeText(budget, text.length, text.length);
    if (unit === "characters") return [...text].length;
    if (unit === "lines") return text === "" ? 0 : text.split(/\r\n|\r|\n/).length;
    return text.split(/\s+/u).filter((word) => word !== "").length;
  },
});
