import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent, StepView, Workflow } from "@dap/contract";
import { simulatedCatalogue } from "../simulator/catalogue";
import { compileWorkflow } from "./compile-workflow";
import { foldRun } from "./fold";
import { timeline } from "./timeline";

type History = {
  readonly document: Workflow;
  readonly events: readonly RunEvent[];
  readonly timeline: readonly StepView[];
};

const folder = join(import.meta.dir, "..", "history");

describe("a history of an earlier release", () => {
  for (const name of readdirSync(folder)) {
    const { document, events, timeline: views }: History = JSON.parse(readFileSync(join(folder, name), "utf8"));
    test(`${name} means today what it meant then`, () => {
      const { plan } = compileWorkflow(document, { catalogue: simulatedCatalogue });
      if (!plan) throw new Error("the document is refused today");
      const folded = foldRun(plan, events);
      expect(folded.kind).toBe("folded");
      if (folded.kind !== "folded") return;
      const end = events.at(-1);
      expect(folded.state.outcome).toEqual(end?.kind === "ended" ? end.outcome : null);
      // Pure steps are not in the history: their recomputed values must be those of then.
      expect(JSON.parse(JSON.stringify(timeline(plan, events)))).toEqual(views);
    });
  }
});
