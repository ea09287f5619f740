import { StepFault } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { chargeText } from "../kit/cost";
import { defineAction } from "../kit/define";
import { closed, OneOf } from "../kit/schema";

const text = Type.String({ title: "Text" });
const as = OneOf(["base64", "base64url", "hex", "url", "html"], { title: "As" });

export const encode = defineAction({
  name: "encode",
  title: "Encode text",
  description: "Writes text as Base64, hexadecimal, for a URL or for HTML. Bytes are UTF-8.",
  effect: "pure",
  input: Type.Object({ text, as }, closed),
  output: Type.String(),
  sample: { with: { text: "a&b", as: "html" }, output: "a&amp;b" },
  compute: ({ text, as }, budget) => {
    chargeText(budget, text.length, text.length * 3);
    if (as === "url") return encodeUrl(text);
    if (as === "html") return text.replace(/[&<>"']/g, (character) => `&${htmlNames.get(character) ?? ""};`);
    return Buffer.from(text, "utf8").toString(as);
  },
});

function encodeUrl(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw new StepFault("TEXT_INVALID", "The text has half a character in it.");
  }
}

const htmlNames: ReadonlyMap<string, string> = new Map([
  ["&", "amp"],
  ["<", "lt"],
  [">", "gt"],
  ['"', "quot"],
  ["'", "#39"],
]);

export const decode = defineAction({
  name: "decode",
  title: "Decode text",
  description: "Reads text written as Base64, hexadecimal or for a URL.",
  effect: "pure",
  input: Type.Object({ text, from: OneOf(["base64", "base64url", "hex", "url"], { title: "From" }) }, closed),
  output: Type.String(),
  sample: { with: { text: "aGk=", from: "base64" }, output: "hi" },
  compute: ({ text, from }, budget) => {
    chargeText(budget, text.length, text.length);
    try {
      if (from === "url") return decodeURIComponent(text);
      if (!shapes[from].test(text.trim())) throw new Error("wrong characters");
      return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text.trim(), from));
    } catch {
      throw new StepFault("TEXT_INVALID", `The text cannot be read as ${from}.`);
    }
  },
});

const shapes = {
  base64: /^[A-Za-z0-9+/\s]*={0,2}$/,
  base64url: /^[A-Za-z0-9_-]*={0,2}$/,
  hex: /^(?:[0-9a-fA-F]{2})*$/,
} as const;
