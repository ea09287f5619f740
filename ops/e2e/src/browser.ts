import { describe, test } from "bun:test";
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/** Debian's Chromium, without its own calls home, which a closed network would answer with errors. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** Groups tests that need Chromium: skipped with one clear line without it, failed with `DAP_REQUIRE=all`. */
export function describeWithBrowser(name: string, define: () => void): void {
  if (existsSync(executablePath)) {
    describe(name, define);
    return;
  }
  const reason = `not run: Chromium is not installed (apt-get install chromium): ${name}`;
  console.log(reason);
  if (process.env.DAP_REQUIRE === "all")
    test(name, () => {
      throw new Error(reason);
    });
  else describe.skip(name, define);
}
