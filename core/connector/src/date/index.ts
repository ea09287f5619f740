import { defineConnector } from "../kit/define";
import { format } from "./format";
import { add, difference } from "./reckon";

export const date = defineConnector({
  name: "date",
  title: "Date",
  description: "Write, move and compare dates.",
  actions: [format, add, difference],
});
