import { Type } from "@sinclair/typebox";
import { defineAction, defineConnector } from "../kit/define";
import { succeeded } from "../kit/perform";
import { closed } from "../kit/schema";

/** A recorded read: what chance gave stays the same however often the run is folded. */
const uuid = defineAction({
  name: "uuid",
  title: "New identifier",
  description: "Makes a UUID that nobody had before.",
  effect: "read",
  input: Type.Object({}, closed),
  output: Type.Object({ uuid: Type.String({ format: "uuid" }) }),
  sample: { with: {}, output: { uuid: "0f8fad5b-d9cb-469f-a165-70867728950e" } },
  perform: async (_input, { randomUuid }) => succeeded({ uuid: randomUuid() }),
});

export const random = defineConnector({
  name: "random",
  title: "Chance",
  description: "Values that cannot be foreseen.",
  actions: [uuid],
});
