import { define, text } from "./definition";

/** A function from text to text; `growth` is how many times longer it usually becomes at most. */
function simple(
  name: string,
  description: string,
  example: readonly [string, string],
  compute: (value: string) => string,
  { growth = 2, aliases = [] }: { growth?: number; aliases?: readonly string[] } = {},
) {
  return define({
    name,
    aliases,
    parameters: [text("value")],
    returns: "text",
    description,
    examples: [example],
    run: (meter, value) => {
      const length = value.length * growth;
      meter.charge(value.length >> 4, length);
      const result = compute(value);
      // Letters that become several are rare; what they add is paid when it is known.
      if (result.length > length) meter.charge(0, result.length - length);
      return result;
    },
  });
}

/** Words as identifiers have them: split at anything that is no letter or digit, and where a capital begins. */
const wordsOf = (value: string): string[] =>
  value
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());

const capital = (word: string): string => {
  const [first = ""] = word;
  return first.toUpperCase() + word.slice(first.length);
};

const htmlEscapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const textCaseFunctions = [
  simple("upper", "The text in capital letters.", ['"ab" | upper', "AB"], (value) => value.toUpperCase(), {
    growth: 1,
    aliases: ["toUpperCase"],
  }),
  simple("lower", "The text in small letters.", ['"AB" | lower', "ab"], (value) => value.toLowerCase(), {
    growth: 1,
    aliases: ["toLowerCase"],
  }),
  simple("capitalize", "The text with its first letter as a capital.", ['"anna B" | capitalize', "Anna B"], capital),
  simple("titleCase", "Every word with a capital.", ['"two wORDS" | titleCase', "Two Words"], (value) =>
    value.toLowerCase().replace(/\p{L}[\p{L}\p{M}\p{N}'’]*/gu, capital),
  ),
  simple("camelCase", "The words as one name: firstSecond.", ['"first second" | camelCase', "firstSecond"], (value) =>
    wordsOf(value)
      .map((word, index) => (index === 0 ? word : capital(word)))
      .join(""),
  ),
  simple("snakeCase", "The words as one name: first_second.", ['"firstSecond" | snakeCase', "first_second"], (value) =>
    wordsOf(value).join("_"),
  ),
  simple("kebabCase", "The words as one name: first-second.", ['"First second" | kebabCase', "first-second"], (value) =>
    wordsOf(value).join("-"),
  ),
  simple(
    "slug",
    "The text as it may stand in an address: without accents, in small letters, with hyphens.",
    ['"Über uns!" | slug', "uber-uns"],
    (value) =>
      wordsOf(
        value
          .normalize("NFKD")
          .replace(/\p{M}+/gu, "")
          .toLowerCase(),
      )
        .join("-")
        .replace(/[^a-z0-9-]/g, ""),
  ),
  simple(
    "stripAccents",
    "The text with plain letters instead of accented ones.",
    ['"Crème" | stripAccents', "Creme"],
    (value) => value.normalize("NFKD").replace(/\p{M}+/gu, ""),
  ),
  simple("escapeHtml", "The text made safe to stand in HTML.", ["'<b>' | escapeHtml", "&lt;b&gt;"], (value) =>
    value.replace(/[&<>"']/g, (mark) => htmlEscapes[mark] ?? mark),
  ),
  simple(
    "stripHtml",
    "The text of an HTML fragment, without its tags.",
    ['"<b>a</b> b" | stripHtml', "a b"],
    stripTags,
  ),
];

/** Own scan: a tag that is never closed stays text. */
function stripTags(value: string): string {
  let result = "";
  let at = 0;
  for (;;) {
    const open = value.indexOf("<", at);
    const close = open === -1 ? -1 : value.indexOf(">", open);
    if (close === -1) return result + value.slice(at);
    result += value.slice(at, open);
    at = close + 1;
  }
}
