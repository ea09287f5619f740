import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

export const desktop = { width: 1360, height: 860 };
export const phone = { width: 390, height: 844 };

/**
 * Pictures of what a person sees. They are kept in the repository (`ops/e2e/shot/`), but written there only with
 * `DAP_SHOT=1`, so that a test run leaves the work tree as it was.
 */
const folder =
  process.env.DAP_SHOT === "1" ? join(import.meta.dir, "../shot") : join(import.meta.dir, "../../../.cache/shot");

/** Takes `<name>-{desktop,phone}-{light,dark}.png` and leaves the page at desktop width, light. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const [width, viewport] of [
      ["desktop", desktop],
      ["phone", phone],
    ] as const) {
      await page.setViewportSize(viewport);
      await page.waitForTimeout(80);
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(desktop);
}
