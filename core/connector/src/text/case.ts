import { Type } from "@sinclair/typebox";
import { chargeText } from "../kit/cost";
import { defineAction } from "../kit/define";
import { closed, OneOf } from "../kit/schema";

const styles = ["upper", "lower", "sentence", "title", "camel", "pascal", "kebab", "snake"] as const;
type Style = (typeof styles)[number];

export const changeCase = defineAction({
  name: "changeCase",
  title: "Change case",
  description: "Writes text in capitals, small letters, as a title, or as a name for programs.",
  effect: "pure",
  input: Type.Object({ text: Type.String({ title: "Text" }), to: OneOf(styles, { title: "To" }) }, closed),
  output: Type.String(),
  sample: { with: { text: "Big order received", to: "kebab" }, output: "big-order-received" },
  compute: ({ text, to }, budget) => {
    chargeText(budget, text.length, text.length * 2);
    return convert(text, to);
  },
});

function convert(text: string, to: Style): string {
  switch (to) {
    case "upper":
      return text.toUpperCase();
    case "lower":
      return text.toLowerCase();
    case "sentence":
      return capital(text.toLowerCase());
    case "title":
      return text.toLowerCase().replace(/[\p{L}\p{N}'’]+/gu, capital);
    case "camel":
      return words(text)
        .map((word, index) => (index === 0 ? word : capital(word)))
        .join("");
    case "pascal":
      return words(text).map(capital).join("");
    case "kebab":
      return words(text).join("-");
    case "snake":
      return words(text).join("_");
  }
}

/** By code point: the first letter may be two units long. */
const capital = (word: string): string => {
  const [first = ""] = word;
  return first.toUpperCase() + word.slice(first.length);
};

/** Parts at spaces and punctuation, and where a capital follows a small letter or digit. */
const words = (text: string): string[] =>
  text
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

export const slug = defineAction({
  name: "slug",
  title: "Make a slug",
  description: "Makes a name that fits into a URL: small letters and digits without accents, joined by hyphens.",
  effect: "pure",
  input: Type.Object({ text: Type.String({ title: "Text" }) }, closed),
  output: Type.String(),
  sample: { with: { text: "Über uns & mehr!" }, output: "uber-uns-mehr" },
  compute: ({ text }, budget) => {
    chargeText(budget, text.length * 2, text.length * 2);
    return words(text.normalize("NFKD").replace(/\p{M}/gu, "")).join("-");
  },
});
