import { describe, expect, test } from "bun:test";
import { failedNames, parseJunit } from "./junit";

const report = `<?xml version="1.0"?>
<testsuites name="bun test" tests="5" assertions="9" failures="1" skipped="1" time="0.1">
  <testsuite name="a.test.ts"><testcase name="adds" classname="sum" file="a.test.ts" line="3" />
  <testcase name="fails" classname="sum" file="a.test.ts" line="9"><failure type="AssertionError" /></testcase></testsuite>
</testsuites>`;

describe("a test report", () => {
  test("gives how many passed, failed and were skipped", () => {
    expect(parseJunit(report)).toEqual({ passed: 3, failed: 1, skipped: 1 });
  });
  test("names the failed cases", () => {
    expect(failedNames(report)).toEqual(["a.test.ts: sum fails"]);
  });
  test("without totals is no report", () => {
    expect(parseJunit("")).toBeUndefined();
  });
});
