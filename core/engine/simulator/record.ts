/**
 * Writes a real history of a simulated run: `bun core/engine/simulator/record.ts <seed> <name>` makes
 * `core/engine/history/<name>.json`. What is written once stays as it is: new engines must go on reading it.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileWorkflow } from "../src/compile-workflow";
import { timeline } from "../src/timeline";
import { simulatedCatalogue } from "./catalogue";
import { simulate } from "./simulate";

const [seed = "", name = ""] = process.argv.slice(2);
const file = join(import.meta.dir, "..", "history", `${name}.json`);
if (existsSync(file)) throw new Error(`${file} is there already and must not change`);
const { histories, document } = simulate(Number(seed));
const [events] = histories;
const { plan } = compileWorkflow(document, { catalogue: simulatedCatalogue });
if (!plan || !events) throw new Error("this seed has no history");
writeFileSync(file, `${JSON.stringify({ document, events, timeline: timeline(plan, events) }, null, 1)}\n`);
console.log(file, events.length, "events");
