import { expect, test } from "bun:test";
import { describeWithRabbit } from "@dap/platform/test-rabbitmq";
import { quantile } from "./random";
import { runStorm, type StormReport } from "./storm";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

function print(name: string, { takeovers, violations, ...counts }: StormReport): void {
  const times = { p50Ms: Math.round(quantile(takeovers, 0.5)), maxMs: Math.round(Math.max(...takeovers)) };
  const first = violations.slice(0, 2);
  console.log(
    JSON.stringify({
      name,
      seed,
      ...counts,
      takeovers: takeovers.length,
      ...times,
      violations: violations.length,
      first,
    }),
  );
}

describeWithRabbit("workers that are killed", (rabbit) => {
  test("lose no run and commit nothing twice, in 1,000 runs under 20 kills and 4 freezes", async () => {
    const report = await runStorm({
      rabbitUrl: (await rabbit()).url,
      seed,
      runs: 1_000,
      workers: 3,
      kills: 20,
      freezes: 4,
      stepMs: 700,
      withinMs: 60_000,
    });
    print("kill -9", report);
    const { accepted, succeeded, unended, killed, frozen, commits, duplicateCommits, distinctKeys } = report;
    expect({ accepted, succeeded, unended }).toEqual({ accepted: 1_000, succeeded: 1_000, unended: 0 });
    expect({ commits, duplicateCommits, distinctKeys }).toEqual({
      commits: 3_000,
      duplicateCommits: 0,
      distinctKeys: 3_000,
    });
    expect({ killed, frozen }).toEqual({ killed: 20, frozen: 4 });
    expect(report.violations).toEqual([]);
    // The faults happened under load, and hurt somebody.
    expect(report.hurting).toBeGreaterThanOrEqual(15);
    expect(report.fenced).toBeGreaterThan(0);
    expect(report.calls).toBeGreaterThan(report.distinctKeys);
    expect(quantile(report.takeovers, 0.5)).toBeLessThan(1_000);
    expect(Math.max(...report.takeovers)).toBeLessThan(10_000);
  }, 240_000);

  test("are found out by this very test when the fence is taken away", async () => {
    const report = await runStorm({
      rabbitUrl: (await rabbit()).url,
      seed,
      runs: 200,
      workers: 3,
      kills: 3,
      freezes: 6,
      stepMs: 700,
      mutant: "no-fence",
      withinMs: 30_000,
    });
    print("no fence", report);
    expect(report.duplicateCommits + report.violations.length).toBeGreaterThan(0);
    expect(report.violations.map(({ invariant }) => invariant)).toContain("I3");
  }, 240_000);
});
