import { defineConnector } from "../kit/define";
import { parse } from "./parse";
import { stringify } from "./stringify";

export const csv = defineConnector({
  name: "csv",
  title: "CSV",
  description: "Read and write tables as text.",
  actions: [parse, stringify],
});
