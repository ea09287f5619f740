import { defineConnector } from "../kit/define";
import { parse } from "./parse";
import { stringify } from "./stringify";

export const xml = defineConnector({
  name: "xml",
  title: "XML",
  description: "Read and write XML text.",
  actions: [parse, stringify],
});
