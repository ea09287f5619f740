import { defineConnector } from "../kit/define";
import { request } from "./request";

export const http = defineConnector({
  name: "http",
  title: "HTTP",
  description: "Call any web service.",
  actions: [request],
});
