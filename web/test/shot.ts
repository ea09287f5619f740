/** Pictures of every page over the fake platform: `bun web/test/shot.ts FOLDER [page ...]`, phone and desktop, light and dark. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launch } from "./browser";
import { startFakePlatform } from "./fake-platform";
import { loadWeb } from "./load-web";

const [folder = "/tmp/shot", ...wanted] = Bun.argv.slice(2);
mkdirSync(folder, { recursive: true });
const platform = startFakePlatform({ web: await loadWeb() });
const browser = await launch();
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1360, height: 860 } };

const order = [...platform.store.workflows.values()][0];
const invoice = [...platform.store.workflows.values()][1];
const failed = [...platform.store.runs.values()].find(({ status }) => status === "failed");
const done = [...platform.store.runs.values()].at(-1);

type Visit = { readonly path: string; readonly guest?: true; readonly act?: (page: Page) => Promise<void> };
const visits: Record<string, Visit> = {
  login: { path: "/login", guest: true },
  register: { path: "/register", guest: true },
  workflows: { path: "/t/ada/workflows" },
  empty: { path: "/t/engines/workflows" },
  new: { path: "/t/ada/workflows/new" },
  runs: { path: "/t/ada/runs" },
  run: { path: `/t/ada/runs/${done?.id}` },
  failed: { path: `/t/ada/runs/${failed?.id}` },
  editor: { path: `/t/ada/workflows/${order?.id}` },
  share: { path: `/t/ada/workflows/${order?.id}/share` },
  problems: {
    path: `/t/ada/workflows/${invoice?.id}`,
    act: async (page) => {
      await page.fill(
        ".code__area",
        (await page.inputValue(".code__area")).replace("steps.total.net > 100", "steps.totl.net > 100"),
      );
      await page.waitForTimeout(1_200);
      await page
        .locator(".problem")
        .first()
        .click({ timeout: 500 })
        .catch(() => page.click(".editor__switch button:nth-child(3)"));
      await page.waitForTimeout(200);
    },
  },
  test: {
    path: `/t/ada/workflows/${order?.id}`,
    act: async (page) => {
      await page.click(".bar-head__end button:has-text('Test')");
      await page.click("#run-draft");
      await page.waitForTimeout(1_700);
    },
  },
  publish: {
    path: `/t/ada/workflows/${order?.id}`,
    act: async (page) => {
      await page.click("#publish");
      await page.click("#publish-now");
      await page.waitForSelector("text=is live");
    },
  },
  versions: { path: `/t/ada/workflows/${order?.id}/versions` },
  settings: { path: `/t/ada/workflows/${order?.id}/settings` },
  missing: { path: "/t/ada/nothing" },
  account: { path: "/t/ada/workflows", act: (page) => page.click(".avatar-button") },
  team: { path: "/t/ada/workflows", act: (page) => page.click(".team-button") },
};

for (const [size, viewport] of Object.entries(sizes))
  for (const colorScheme of ["light", "dark"] as const) {
    const context = await browser.newContext({ viewport, colorScheme, deviceScaleFactor: 1 });
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && console.log(size, message.text().slice(0, 400)));
    page.on("pageerror", (error) => console.log(size, error.message.slice(0, 400)));
    const names = Object.keys(visits).filter((name) => wanted.length === 0 || wanted.includes(name));
    let isIn = false;
    for (const name of names.sort((a, b) => Number(!visits[a]?.guest) - Number(!visits[b]?.guest))) {
      const visit = visits[name];
      if (!visit) continue;
      if (!visit.guest && !isIn) {
        await page.goto(`${platform.url}/login`);
        await page.fill("#email", "ada@example.com");
        await page.fill("#password", "correct horse battery");
        await page.click("button[type=submit]");
        await page.waitForURL("**/workflows");
        isIn = true;
      }
      await page.goto(platform.url + visit.path);
      await page.waitForTimeout(500);
      await visit.act?.(page);
      await page.waitForTimeout(250);
      await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) });
    }
    await context.close();
  }
await browser.close();
await platform.stop();
