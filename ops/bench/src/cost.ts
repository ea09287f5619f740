import { readdirSync, readFileSync } from "node:fs";
import { registerPerson } from "../../e2e/src/person";
import { startPlatform } from "../../e2e/src/platform";
import { connections, readWorkflow, requestBody, runLoad } from "./inline";
import { type Measure, median } from "./measure";

/** What one request costs the processor, in microseconds: of the server's own process, and of Postgres below it. */
type Cost = { readonly own: number; readonly below: number };

const rounds = 3;
const durationMs = 2_000;
const millisecondsPerTick = 10;

/**
 * Where the time goes: processor time per request, which other work on the machine blurs far less than rates. A target is
 * the echo's cost divided by the ratio that the design asks for: what the platform's process may spend when it is the
 * bottleneck. Linux only (`/proc`).
 */
export async function costMeasures(echo: { readonly url: string; readonly pid: number }): Promise<readonly Measure[]> {
  const platform = await startPlatform({ env: { EGRESS_ALLOW: new URL(echo.url).host } });
  try {
    const person = await registerPerson(platform.url);
    const targets = [{ name: "echo", url: echo.url, pid: echo.pid }];
    for (const name of ["mapping-none", "mapping", "call"])
      targets.push({ name, url: (await person.publish(await readWorkflow(name))).url, pid: platform.pid });
    const costs = new Map<string, Cost[]>(targets.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round += 1)
      for (const { name, url, pid } of targets) costs.get(name)?.push(await costOf(url, pid));
    const of = (name: string, part: keyof Cost): number => median((costs.get(name) ?? []).map((cost) => cost[part]));
    const line = (name: string, ratio: number): Measure => ({
      measure: `cost of ${name}`,
      ratio: of(name, "own"),
      target: Math.round((of("echo", "own") / ratio) * 10) / 10,
      better: "lower",
      unit: "microseconds of the platform's processor time per request",
      detail: { echo: of("echo", "own"), postgres: name === "mapping-none" ? 0 : of(name, "below") },
    });
    return [line("mapping-none", 0.6), line("mapping", 0.25), line("call", 0.06)];
  } finally {
    await platform.stop();
  }
}

async function costOf(url: string, pid: number): Promise<Cost> {
  const before = { own: processorMs(pid), below: descendantsMs(pid) };
  const { requests } = await runLoad({ url, method: "POST", body: requestBody, connections, durationMs });
  const perRequest = (ms: number): number => Math.round((ms / requests) * 10_000) / 10;
  return { own: perRequest(processorMs(pid) - before.own), below: perRequest(descendantsMs(pid) - before.below) };
}

/** User and system time of a process so far, from `/proc/<pid>/stat` (proc(5)): fields 14 and 15, in ticks of 10 ms. */
function processorMs(pid: number): number {
  const { ticks } = readStat(pid) ?? { ticks: 0 };
  return ticks * millisecondsPerTick;
}

function descendantsMs(pid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    if (stat) parents.set(Number(name), stat.parent);
  }
  const isBelow = (of: number | undefined): boolean =>
    of !== undefined && of > 1 && (of === pid || isBelow(parents.get(of)));
  return [...parents].reduce((sum, [child, parent]) => (isBelow(parent) ? sum + processorMs(child) : sum), 0);
}

function readStat(pid: number): { readonly parent: number; readonly ticks: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined; // It ended meanwhile.
  }
}
