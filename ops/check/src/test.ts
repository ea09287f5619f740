/**
 * `make test`: every test against real parts, in two suites: what stands beside the code (two files at a time), then the
 * journeys and faults that need the machine for themselves. The last line is `N passed, N failed, N skipped`.
 * `make test ONLY=...` has no place here: to run one file call `bun test <file>`.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";
import { runStep } from "./command";
import { addCounts, type Counts, failedNames, parseJunit } from "./junit";
import { ensureParts } from "./parts";

type Suite = {
  readonly name: string;
  readonly files: readonly string[];
  readonly parallel: number;
  readonly timeoutMs: number;
};

const root = new URL("../../..", import.meta.url).pathname;
const reportDir = mkdtempSync(join(tmpdir(), "dap-test-"));

const missing = await ensureParts();
for (const name of missing) console.log(`not run: tests that need ${name}, which is not on this machine`);
if (missing.length > 0 && process.env.DAP_REQUIRE === "all") {
  console.log(`DAP_REQUIRE=all: ${missing.join(" and ")} missing is a failure`);
  console.log("0 passed, 1 failed, 0 skipped");
  process.exit(1);
}
await runStep(
  "build of the webapp and the component",
  [process.execPath, "--bun", "run", "ops/local/src/build.ts"],
  root,
);

let total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const suite of selectSuites(process.argv[2])) total = addCounts(total, await runSuite(suite));
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

function selectSuites(only: string | undefined): readonly Suite[] {
  const scan = (pattern: string): string[] =>
    [...new Glob(pattern).scanSync(root)]
      .filter((path) => !path.includes("node_modules/"))
      .map((path) => `./${path}`)
      .sort();
  const faults = scan("ops/fault/**/*.test.ts");
  const beside = scan("**/*.test.{ts,tsx}").filter((path) => !faults.includes(path));
  const suites: readonly Suite[] = [
    { name: "beside the code", files: beside, parallel: 2, timeoutMs: 120_000 },
    { name: "end-to-end", files: scan("ops/e2e/**/*.e2e.ts"), parallel: 1, timeoutMs: 240_000 },
    { name: "fault", files: faults, parallel: 1, timeoutMs: 600_000 },
  ];
  return suites.filter((suite) => suite.files.length > 0 && (only === undefined || suite.name === only));
}

async function runSuite(suite: Suite): Promise<Counts> {
  const report = join(reportDir, `${suite.name.replaceAll(" ", "-")}.xml`);
  const mode = suite.parallel > 1 ? [`--parallel=${suite.parallel}`] : ["--isolate"];
  const options = [...mode, `--timeout=${suite.timeoutMs}`, "--reporter=junit", `--reporter-outfile=${report}`];
  const child = Bun.spawn([process.execPath, "test", ...options, ...suite.files], {
    cwd: root,
    stdout: "inherit",
    stderr: "inherit",
    stdin: "ignore",
  });
  const exitCode = await child.exited;
  const xml = await Bun.file(report)
    .text()
    .catch(() => "");
  const counts = parseJunit(xml) ?? { passed: 0, failed: 1, skipped: 0 };
  for (const name of failedNames(xml)) console.log(`failed: ${name}`);
  console.log(
    `suite ${suite.name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped (exit ${exitCode})`,
  );
  // A crash outside of any test (exit code without a failed case) is a failure all the same.
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
