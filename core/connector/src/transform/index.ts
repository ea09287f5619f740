import { defineConnector } from "../kit/define";
import { set } from "./set";

export const transform = defineConnector({
  name: "transform",
  title: "Transform",
  description: "Make new data from what earlier steps gave.",
  actions: [set],
});
