import { describe, expect, test } from "bun:test";
import { mutants } from "./mutant";
import { type SimulationReport, simulate } from "./simulate";

const seeds = Number(process.env.SIMULATOR_SEEDS ?? 10_000);

describe("a simulated world", () => {
  test(`keeps every invariant in ${seeds} seeds of crashes, doubles, delays and lost answers`, () => {
    const total = { runs: 0, events: 0, crashes: 0, pauses: 0, lostAnswers: 0, messages: 0, calls: 0 };
    const broken: string[] = [];
    for (let seed = 1; seed <= seeds && broken.length < 5; seed += 1) {
      const report = simulate(seed);
      add(total, report);
      if (report.violations.length > 0) broken.push(`seed ${seed}: ${report.violations[0]}`);
    }
    expect(broken).toEqual([]);
    // The faults must really have happened, or the silence says nothing.
    for (const count of Object.values(total)) expect(count).toBeGreaterThan(seeds / 20);
  }, 240_000);

  test("is the same for the same seed", () => {
    expect(simulate(42)).toEqual(simulate(42));
  });
});

describe("the simulator", () => {
  for (const [fault, options] of Object.entries(mutants))
    test(`finds ${fault}, in less than 1,000 seeds`, () => {
      const found = firstSeed((seed) => simulate(seed, options).violations.length > 0);
      expect(found).toBeLessThan(1_000);
    }, 60_000);
});

function firstSeed(isFound: (seed: number) => boolean): number {
  for (let seed = 1; seed < 1_000; seed += 1) if (isFound(seed)) return seed;
  return Number.POSITIVE_INFINITY;
}

function add(total: Record<string, number>, report: SimulationReport): void {
  const { runs, events, faults } = report;
  for (const [name, count] of Object.entries({ runs, events, ...faults })) total[name] = (total[name] ?? 0) + count;
}
