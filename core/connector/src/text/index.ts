import { defineConnector } from "../kit/define";
import { changeCase, slug } from "./case";
import { between, join, measure, replace, split, trim } from "./edit";
import { decode, encode } from "./encode";

export const text = defineConnector({
  name: "text",
  title: "Text",
  description: "Change, cut and encode text.",
  actions: [changeCase, replace, split, join, trim, between, measure, slug, encode, decode],
});
