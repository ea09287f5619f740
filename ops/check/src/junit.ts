/** What a test run counted. */
export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** Reads the totals from a JUnit report of `bun test`. `undefined` when the text holds none. */
export function parseJunit(xml: string): Counts | undefined {
  const head = xml.match(/<testsuites\b[^>]*>/)?.[0];
  if (!head) return undefined;
  const count = (name: string): number => Number(head.match(new RegExp(` ${name}="(\\d+)"`))?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  return { passed: count("tests") - failed - count("skipped"), failed, skipped: count("skipped") };
}

/** Names of the failed test cases, for the closing summary. */
export function failedNames(xml: string): readonly string[] {
  const names: string[] = [];
  for (const match of xml.matchAll(/<testcase\b([^>]*)>\s*<(?:failure|error)\b/g)) {
    const attribute = (name: string): string => match[1]?.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? "";
    names.push(`${attribute("file")}: ${attribute("classname")} ${attribute("name")}`);
  }
  return names;
}

export const addCounts = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});
