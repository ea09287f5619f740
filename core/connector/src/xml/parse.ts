import { type Json, StepFault } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { chargeText } from "../kit/cost";
import { defineAction } from "../kit/define";
import { AnyJson, closed } from "../kit/schema";
import { decodeEntities } from "./entity";

const nestedMax = 64;

/**
 * An element with neither attributes nor children is its text. Otherwise it is an object: attributes as `@name`, text as
 * `#text`, children by name, repeated ones as a list. Document types are refused, so nothing is ever expanded or fetched.
 */
export const parse = defineAction({
  name: "parse",
  title: "Read XML",
  description: "Turns XML text into data. Attributes become @name, text beside them #text; texts stay texts.",
  effect: "pure",
  input: Type.Object({ text: Type.String({ title: "Text" }) }, closed),
  output: AnyJson({ description: "an object with the root element" }),
  sample: {
    with: { text: '<order id="7"><sku>a</sku><sku>b</sku></order>' },
    output: { order: { "@id": "7", sku: ["a", "b"] } },
  },
  compute: ({ text }, budget) => {
    chargeText(budget, text.length * 4, text.length * 4);
    return read(text);
  },
});

/**
 * The library makes plain objects, in which some names would be lost or refused: every name gets a colon in front on the
 * way in, and is made an own property of our object on the way out.
 */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: ":",
  transformTagName: (name) => `:${name}`,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  cdataPropName: "#cdata",
  maxNestedTags: nestedMax,
});

type Node = Readonly<Record<string, unknown>>;

function read(text: string): Json {
  if (/<!DOCTYPE/i.test(text)) throw new StepFault("XML_DOCTYPE", "XML with a document type is not read.");
  const validity = XMLValidator.validate(text);
  if (validity !== true)
    throw new StepFault("XML_INVALID", `The text is not XML: line ${validity.err.line}, ${validity.err.msg}`);
  const nodes = parseNodes(text);
  const roots = nodes.filter((node) => elementName(node) !== undefined);
  const [root] = roots;
  // The library forgets text after the last tag.
  const hasLooseText = !text.trimEnd().endsWith(">") || nodes.some((node) => textOf(node).trim() !== "");
  if (!root || roots.length > 1 || hasLooseText)
    throw new StepFault("XML_INVALID", "XML must have exactly one root element, and no text beside it.");
  return Object.fromEntries([[elementName(root) ?? "", elementValue(root)]]);
}

function parseNodes(text: string): readonly Node[] {
  try {
    return parser.parse(text) as readonly Node[]; // the shape that `preserveOrder` promises
  } catch {
    throw new StepFault("XML_INVALID", `The text is not XML, or is nested deeper than ${nestedMax}.`);
  }
}

/** Elements that close themselves were given the colon twice. */
const keyOfElement = (node: Node): string | undefined =>
  Object.keys(node).find((key) => key.startsWith(":") && key !== ":@");
const elementName = (node: Node): string | undefined => keyOfElement(node)?.replace(/^:+/, "");

function elementValue(node: Node): Json {
  const nodes = (node[keyOfElement(node) ?? ""] ?? []) as readonly Node[]; // an element's value is its children
  const attributes = Object.entries((node[":@"] ?? {}) as Readonly<Record<string, string>>);
  const children = gather(nodes);
  const text = nodes.map(textOf).join("");
  if (attributes.length === 0 && children.size === 0) return text;
  return Object.fromEntries([
    ...attributes.map(([name, value]) => [`@${name.slice(1)}`, decodeEntities(value)] as const),
    ...(text.trim() === "" ? [] : [["#text", text.trim()] as const]),
    ...[...children].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? null) : values] as const),
  ]);
}

function gather(nodes: readonly Node[]): Map<string, Json[]> {
  const children = new Map<string, Json[]>();
  for (const node of nodes) {
    const name = elementName(node);
    if (name === undefined) continue;
    const values = children.get(name);
    if (values) values.push(elementValue(node));
    else children.set(name, [elementValue(node)]);
  }
  return children;
}

function textOf(node: Node): string {
  if (typeof node["#text"] === "string") return decodeEntities(node["#text"]);
  const raw = node["#cdata"] as readonly Node[] | undefined; // as configured above
  return raw ? raw.map((part) => String(part["#text"] ?? "")).join("") : "";
}
