import type { Workflow } from "@dap/contract";
import type { LoadOptions, LoadResult } from "./load";
import { type Measure, median } from "./measure";

const here = import.meta.dir;
export const connections = 50;

/** Runs the load generator once, as its own process. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const child = Bun.spawn([process.execPath, `${here}/load.ts`, JSON.stringify(options)], {
    stdout: "pipe",
    stderr: "inherit",
    stdin: "ignore",
  });
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error("the load generator failed");
  return JSON.parse(text);
}

export const readWorkflow = (name: string): Promise<Workflow> => Bun.file(`${here}/../workflow/${name}.json`).json();

/** 110 bytes, as architecture.md section 8 says. */
export const requestBody = JSON.stringify({
  sku: "green tea from the hills",
  n: 3,
  price: 41.5,
  note: "please wrap each of the boxes as a gift, okay!!",
});

export type Target = { readonly name: string; readonly url: string };

/** Rounds of all targets in turn, the echo first in each: a ratio is taken within its round, so that drift of the machine cancels. */
export async function interleave(
  echo: Target,
  targets: readonly Target[],
  rounds: number,
  durationMs: number,
): Promise<ReadonlyMap<string, readonly LoadResult[]>> {
  const results = new Map<string, LoadResult[]>();
  const all = [echo, ...targets];
  for (const { url } of all) await runLoad({ url, method: "POST", body: requestBody, connections, durationMs: 1_000 });
  for (let round = 0; round < rounds; round += 1)
    for (const { name, url } of all) {
      const result = await runLoad({ url, method: "POST", body: requestBody, connections, durationMs });
      if (result.unexpected > 0) throw new Error(`${name}: ${result.unexpected} answers outside of 2xx`);
      results.set(name, [...(results.get(name) ?? []), result]);
    }
  return results;
}

/** The ratio of rates to the echo, round by round, as a median. */
export function rateRatio(results: ReadonlyMap<string, readonly LoadResult[]>, name: string, echo = "echo"): number {
  return median(ratios(results, name, echo, ({ perSecond }) => perSecond));
}

export function p99Ratio(results: ReadonlyMap<string, readonly LoadResult[]>, name: string, echo = "echo"): number {
  return median(ratios(results, name, echo, ({ p99Ms }) => p99Ms));
}

function ratios(
  results: ReadonlyMap<string, readonly LoadResult[]>,
  name: string,
  echo: string,
  of: (result: LoadResult) => number,
): number[] {
  const base = results.get(echo) ?? [];
  return (results.get(name) ?? []).map((result, round) => of(result) / (base[round] ? of(base[round]) : Number.NaN));
}

/** The lines of section 8 that an HTTP load shows. */
export function inlineMeasures(results: ReadonlyMap<string, readonly LoadResult[]>): readonly Measure[] {
  const detail = (name: string) => ({
    perSecond: Math.round(median((results.get(name) ?? []).map(({ perSecond }) => perSecond))),
    echoPerSecond: Math.round(median((results.get("echo") ?? []).map(({ perSecond }) => perSecond))),
  });
  const rate = (measure: string, name: string, target: number, goal?: number): Measure => ({
    measure,
    ratio: rateRatio(results, name),
    target,
    ...(goal === undefined ? {} : { goal }),
    unit: "requests per second, of the bare echo's",
    detail: detail(name),
  });
  return [
    rate("inline mapping, recorded", "mapping", 0.25, 0.35),
    {
      measure: "inline mapping, recorded: p99 at 50 connections",
      ratio: p99Ratio(results, "mapping"),
      target: 6,
      better: "lower",
      unit: "times the echo's p99",
    },
    rate("inline mapping, record none", "mapping-none", 0.6),
    rate("constant, recorded", "constant", 0.25),
    rate("call: one HTTP GET to a local echo, recorded", "call", 0.06, 0.12),
    {
      measure: "loop of 1,000 items, recorded",
      ratio: median((results.get("loop") ?? []).map(({ perSecond }) => perSecond)),
      target: 150,
      unit: "runs per second (absolute, as the design gives it)",
    },
  ];
}
