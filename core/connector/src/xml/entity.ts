import { StepFault } from "@dap/contract";

const named: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** Replaces the five entities of XML and character references, once: what they give is not looked at again. */
export const decodeEntities = (text: string): string =>
  text.includes("&")
    ? text.replace(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]+);/gi, (_, name: string) => decodeOne(name))
    : text;

function decodeOne(name: string): string {
  if (!name.startsWith("#")) {
    const known = named.get(name);
    if (known === undefined) throw new StepFault("XML_INVALID", `The entity &${name.slice(0, 32)}; is not known.`);
    return known;
  }
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  if (!isCharacter(code)) throw new StepFault("XML_INVALID", "The text has a reference to no character.");
  return String.fromCodePoint(code);
}

/** What XML 1.0 calls a Char. */
const isCharacter = (code: number): boolean =>
  code === 9 ||
  code === 10 ||
  code === 13 ||
  (code >= 0x20 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  (code >= 0x1_0000 && code <= 0x10_ffff);

const escapes: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" };

/** Makes text safe inside an element or a quoted attribute. */
export const encodeEntities = (text: string): string =>
  text.replace(/[<>&"]/g, (character) => escapes[character] ?? "");
