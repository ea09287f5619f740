import { defineConnector } from "../kit/define";
import { aggregate } from "./aggregate";
import { filter, find } from "./filter";
import { flatten, join, select, slice, split, unique } from "./shape";
import { sort } from "./sort";

export const list = defineConnector({
  name: "list",
  title: "List",
  description: "Filter, sort, group and reshape lists.",
  actions: [filter, find, sort, aggregate, unique, split, slice, select, flatten, join],
});
