/** Runs seeds from the command line: `bun core/engine/simulator/run.ts <from> <count>`. */
import { simulate } from "./simulate";

const [from = "1", count = "1000"] = process.argv.slice(2);
const startedAt = performance.now();
let failing = 0;
const faults = { crashes: 0, pauses: 0, lostAnswers: 0, messages: 0 };
let events = 0;
for (let seed = Number(from); seed < Number(from) + Number(count); seed += 1) {
  const report = simulate(seed);
  events += report.events;
  for (const kind of ["crashes", "pauses", "lostAnswers", "messages"] as const) faults[kind] += report.faults[kind];
  if (report.violations.length === 0) continue;
  failing += 1;
  console.log(`seed ${seed}: ${report.violations.slice(0, 3).join("; ")}`);
}
const seconds = (performance.now() - startedAt) / 1_000;
console.log(
  JSON.stringify({ seeds: Number(count), failing, events, ...faults, seconds: Math.round(seconds * 10) / 10 }),
);
process.exitCode = failing > 0 ? 1 : 0;
