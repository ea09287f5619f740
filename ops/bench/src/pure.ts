import type { Measure } from "./measure";

const root = new URL("../../..", import.meta.url).pathname;

/** The engine's and the language's own benches, which print what one step and one evaluation cost in this process. */
export async function pureMeasures(): Promise<readonly Measure[]> {
  const engine = (await outputOf("core/engine/bench.ts"))
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): { name: string; median: number; target: number } => JSON.parse(line));
  const language = await outputOf("core/expression/bench.ts");
  return [
    ...engine.map(
      ({ name, median, target }): Measure => ({
        measure: `engine: ${name}`,
        ratio: median,
        target,
        better: "lower",
        unit: "microseconds",
      }),
    ),
    expression(language, "path", 3),
    expression(language, "template", 0.7),
  ];
}

function expression(output: string, name: string, target: number): Measure {
  const rate = Number(output.match(new RegExp(`^${name} +([\\d,]+) /s`, "m"))?.[1]?.replaceAll(",", ""));
  return {
    measure: `expression: ${name}, compiled once`,
    ratio: rate / 1e6,
    target,
    unit: "million evaluations per second",
  };
}

async function outputOf(script: string): Promise<string> {
  const child = Bun.spawn([process.execPath, "--bun", "run", script], {
    cwd: root,
    stdout: "pipe",
    stderr: "inherit",
    stdin: "ignore",
  });
  return new Response(child.stdout).text();
}
