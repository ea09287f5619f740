import { Type } from "@sinclair/typebox";
import { defineAction, defineConnector } from "../kit/define";
import { succeeded } from "../kit/perform";
import { closed } from "../kit/schema";

/** A recorded read: what the clock said stays the same however often the run is folded. */
const now = defineAction({
  name: "now",
  title: "Current time",
  description: "Reads the clock when the step runs. For the run's own beginning use run.startedAt.",
  effect: "read",
  input: Type.Object({}, closed),
  output: Type.Object({
    iso: Type.String({ format: "date-time", description: "UTC" }),
    unixMs: Type.Integer({ description: "milliseconds since 1970" }),
  }),
  sample: { with: {}, output: { iso: "2026-03-01T09:05:00.000Z", unixMs: 1_772_355_900_000 } },
  perform: async (_input, { nowMs }) => {
    const unixMs = Math.trunc(nowMs());
    return succeeded({ iso: new Date(unixMs).toISOString(), unixMs });
  },
});

export const time = defineConnector({
  name: "time",
  title: "Time",
  description: "Read the clock.",
  actions: [now],
});
