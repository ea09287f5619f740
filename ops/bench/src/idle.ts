import { readFile } from "node:fs/promises";
import { registerPerson } from "../../e2e/src/person";
import { startPlatform } from "../../e2e/src/platform";
import { readWorkflow, requestBody } from "./inline";
import type { Measure } from "./measure";

/** How long a start takes with everything installed and a data folder present, and what the process holds when idle. */
export async function idleMeasures(): Promise<readonly Measure[]> {
  const first = await startPlatform();
  const person = await registerPerson(first.url);
  const { url } = await person.publish(await readWorkflow("constant"));
  await first.stop();

  const startedAtMs = performance.now();
  const second = await startPlatform({ port: first.port, dataDir: first.dataDir });
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: requestBody,
  });
  const seconds = (performance.now() - startedAtMs) / 1_000;
  if (answer.status !== 200) throw new Error(`the first webhook was answered ${answer.status}`);
  await Bun.sleep(5_000);
  const megabytes = await residentMegabytes(second.pid);
  await second.stop();
  return [
    {
      measure: "make start to the first webhook answered",
      ratio: seconds,
      target: 5,
      better: "lower",
      unit: "seconds",
    },
    {
      measure: "idle resident memory of the whole platform, besides Postgres",
      ratio: megabytes,
      target: 250,
      better: "lower",
      unit: "MB",
    },
  ];
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(status.match(/VmRSS:\s+(\d+) kB/)?.[1]) / 1_024;
}
