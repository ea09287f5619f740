import { isJsonObject, type Json, StepFault } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { chargeText, roughSize } from "../kit/cost";
import { defineAction } from "../kit/define";
import { AnyObject, closed } from "../kit/schema";
import { encodeEntities } from "./entity";

/** The opposite of `xml.parse`: `@name` makes an attribute, `#text` text, a list repeats its element, null an empty one. */
export const stringify = defineAction({
  name: "stringify",
  title: "Write XML",
  description: "Turns an object with one key, the root element, into XML text.",
  effect: "pure",
  input: Type.Object(
    {
      value: AnyObject({ title: "Value" }),
      declaration: Type.Optional(Type.Boolean({ title: "Write the XML declaration", default: false })),
    },
    closed,
  ),
  output: Type.String(),
  sample: {
    with: { value: { order: { "@id": "7", sku: ["a", "b"] } } },
    output: '<order id="7"><sku>a</sku><sku>b</sku></order>',
  },
  compute: ({ value, declaration = false }, budget) => {
    chargeText(budget, 0, roughSize(value) * 3);
    const [root, ...more] = Object.entries(value);
    if (!root || more.length > 0 || Array.isArray(root[1]))
      throw new StepFault("XML_INVALID", "XML has exactly one root element.");
    return `${declaration ? '<?xml version="1.0" encoding="UTF-8"?>' : ""}${element(root[0], root[1])}`;
  },
});

function element(name: string, value: Json): string {
  checkName(name);
  if (Array.isArray(value)) return value.map((one) => element(name, one)).join("");
  if (!isJsonObject(value)) return wrap(name, "", scalar(value));
  const entries = Object.entries(value);
  const attributes = entries.filter(([key]) => key.startsWith("@")).map(([key, one]) => attribute(key.slice(1), one));
  const inside = entries
    .filter(([key]) => !key.startsWith("@"))
    .map(([key, one]) => (key === "#text" ? scalar(one) : element(key, one)));
  return wrap(name, attributes.join(""), inside.join(""));
}

const wrap = (name: string, attributes: string, inside: string): string =>
  inside === "" ? `<${name}${attributes}/>` : `<${name}${attributes}>${inside}</${name}>`;

function attribute(name: string, value: Json): string {
  checkName(name);
  return value === null ? "" : ` ${name}="${scalar(value)}"`;
}

function scalar(value: Json): string {
  if (value === null) return "";
  if (typeof value === "object") throw new StepFault("XML_INVALID", "An attribute or a text must be a single value.");
  return encodeEntities(String(value));
}

function checkName(name: string): void {
  if (!/^[\p{L}_][\p{L}\p{N}_.:-]*$/u.test(name)) {
    throw new StepFault(
      "XML_INVALID",
      `${JSON.stringify(name.slice(0, 64))} is not a name of an element or attribute.`,
    );
  }
}
