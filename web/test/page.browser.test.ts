/**
 * The webapp in a real browser over the fake platform: what a person does, and whether everybody can do it.
 * Needs the build (made here when sources changed) and Chromium.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { hasChromium, launch } from "./browser";
import { type FakePlatform, startFakePlatform } from "./fake-platform";
import { loadWeb } from "./load-web";

if (!hasChromium) {
  console.error("not run: Chromium is not installed, so no page of the webapp was opened");
  if (process.env.DAP_REQUIRE === "all") throw new Error("Chromium is required (DAP_REQUIRE=all) and was not found.");
}

const axeSource = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const phone = { width: 390, height: 844 };
const desktop = { width: 1360, height: 860 };
let platform: FakePlatform;
let browser: Browser;

beforeAll(async () => {
  if (!hasChromium) return;
  const build = Bun.spawnSync([process.execPath, new URL("../build.ts", import.meta.url).pathname]);
  if (build.exitCode !== 0) throw new Error(`The build failed: ${build.stderr}`);
  platform = startFakePlatform({ web: await loadWeb(), stepMs: 120 });
  browser = await launch();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

type Visitor = { readonly page: Page; readonly context: BrowserContext; readonly complaints: string[] };

async function visit(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Visitor> {
  const context = await browser.newContext({ viewport: desktop, baseURL: platform.url, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, context, complaints };
}

async function logIn(page: Page, path = "/"): Promise<void> {
  await page.goto(path);
  await page.fill("#email", "ada@example.com");
  await page.fill("#password", "correct horse battery");
  await page.click("button[type=submit]");
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
}

const firstWorkflow = () => [...platform.store.workflows.values()][0];
const failedRun = () => [...platform.store.runs.values()].find(({ status }) => status === "failed");

describe.skipIf(!hasChromium)("in a browser, a person", () => {
  test("is sent to the login page and from there to where they wanted; the tokens stay out of reach of scripts", async () => {
    const { page, context, complaints } = await visit();
    await page.goto("/t/ada/runs?status=failed");
    expect(new URL(page.url()).pathname).toBe("/login");
    await page.fill("#email", "ada@example.com");
    await page.fill("#password", "wrong");
    await page.click("button[type=submit]");
    await page.waitForSelector("[role=alert]");
    expect(await page.inputValue("#email")).toBe("ada@example.com");
    await page.fill("#password", "correct horse battery");
    await page.click("button[type=submit]");
    await page.waitForURL("**/t/ada/runs?status=failed");
    expect(await page.evaluate(() => document.cookie)).not.toContain("dap_");
    await page.click(".avatar-button");
    await page.click("text=Log out");
    await page.waitForURL("**/login");
    await page.goto("/t/ada/workflows");
    expect(new URL(page.url()).pathname).toBe("/login");
    // The refused password is a 401 of our own page, which browsers report.
    expect(complaints.filter((text) => !text.includes("401"))).toEqual([]);
    await context.close();
  }, 40_000);

  test("registers, makes a workflow, publishes it, and gets its address", async () => {
    const { page, context, complaints } = await visit();
    await page.goto("/register");
    await page.fill("#name", "Grace");
    await page.fill("#email", `grace-${Date.now()}@example.com`);
    await page.fill("#password", "a long enough password");
    await page.click("button[type=submit]");
    await page.waitForURL("**/workflows");
    await page.click("text=Make the first one");
    await page.fill("#name", "My first");
    await page.click("text=Create workflow");
    await page.waitForSelector(".code[data-live]");
    await page.click("#publish");
    await page.click("#publish-now");
    await page.waitForSelector("text=Version 1 is live");
    expect(await page.textContent(".dialog .copy-row--long code")).toContain(`curl -X POST '${platform.url}/w/`);
    expect(complaints).toEqual([]);
    await context.close();
  }, 40_000);

  test("types into the document, sees the problem at its place, mends it, and it is saved", async () => {
    const { page, context, complaints } = await visit();
    const workflow = firstWorkflow();
    await logIn(page, `/t/ada/workflows/${workflow?.id}`);
    await page.waitForSelector(".code[data-live]");
    const area = page.locator(".code__area");
    const text = await area.inputValue();
    await area.fill(text.replace("steps.total.net > 100", "steps.totl.net > 100"));
    await page.waitForSelector('.problem:has-text("There is no step")');
    await page.click(".problem");
    const caret = await area.evaluate((element: HTMLTextAreaElement) => element.selectionStart);
    expect(text.slice(caret).startsWith('"{{ steps.total')).toBe(true);
    expect(await page.textContent(".outline__item:has-text('big') .count")).toContain("1");
    await area.fill(text.replace('"name": "Order to chat"', '"name": "Order to sales"'));
    await page.waitForSelector("text=No problems");
    await page.waitForSelector(".save__label:text-is('Saved')");
    expect(workflow?.draft.name).toBe("Order to sales");
    await area.fill("{");
    await page.waitForSelector(".save:has-text('not valid JSON')");
    await area.fill(text);
    await page.waitForSelector(".save__label:text-is('Saved')");
    expect(complaints).toEqual([]);
    await context.close();
  }, 40_000);

  test("keeps their text when somebody else has saved in between, and chooses", async () => {
    const { page, context } = await visit();
    const workflow = firstWorkflow();
    await logIn(page, `/t/ada/workflows/${workflow?.id}`);
    await page.waitForSelector(".code[data-live]");
    if (workflow) workflow.draftVersion += 1;
    const area = page.locator(".code__area");
    const text = await area.inputValue();
    await area.fill(text.replace('"dap": 1,', '"dap": 1,\n  "deadlineMs": 60000,'));
    await page.waitForSelector("text=Somebody else changed this draft");
    expect(workflow?.draft.deadlineMs).toBeUndefined();
    await page.click("text=Keep mine");
    await page.waitForSelector(".save__label:text-is('Saved')");
    expect(workflow?.draft.deadlineMs).toBe(60_000);
    await context.close();
  }, 40_000);

  test("tests the draft and watches it finish, without leaving the editor", async () => {
    const { page, context, complaints } = await visit();
    await logIn(page, `/t/ada/workflows/${firstWorkflow()?.id}`);
    await page.waitForSelector(".code[data-live]");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#tab-test[aria-selected=true]");
    await page.click("#run-draft");
    await page.waitForSelector(".test .span-row:has-text('tell')");
    await page.waitForSelector(".test__head .badge:has-text('Succeeded')");
    await page.click(".test .span-row:has-text('price')");
    await page.waitForSelector(".test .details h2:has-text('price')");
    expect(await page.locator(".test .span-row .spin").count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  }, 40_000);

  test("sees a new run appear in the list, opens it, loses the connection, and still sees it end", async () => {
    const { page, context } = await visit();
    await logIn(page, "/t/ada/runs");
    await page.waitForSelector(".live--on");
    const before = await page.locator(".list__link").count();
    const { playRun } = await import("./fake-run");
    const workflow = firstWorkflow();
    if (!workflow) throw new Error("The fake has no workflow.");
    const run = playRun(platform.store, workflow, { input: {}, draft: false, stepMs: 500 });
    await page.waitForFunction((count) => document.querySelectorAll(".list__link").length > count, before);
    await page.click(".list__link >> nth=0");
    await page.waitForURL(`**/runs/${run.id}`);
    await page.waitForSelector(".live--on");
    platform.dropSockets();
    await page.waitForSelector(".run-head .badge:has-text('Succeeded')", { timeout: 20_000 });
    expect(await page.locator(".span-row").count()).toBeGreaterThan(5);
    await context.close();
  }, 60_000);

  test("cancels a run", async () => {
    const { page, context } = await visit();
    const workflow = firstWorkflow();
    if (!workflow) throw new Error("The fake has no workflow.");
    const { playRun } = await import("./fake-run");
    const run = playRun(platform.store, workflow, { input: {}, draft: false, stepMs: 2_000 });
    await logIn(page, `/t/ada/runs/${run.id}`);
    await page.waitForSelector(".live--on");
    await page.click("text=Cancel run");
    await page.waitForSelector(".run-head .badge:has-text('Cancelled')", { timeout: 15_000 });
    await context.close();
  }, 40_000);

  test("logs in, makes a workflow and rolls back without scripts", async () => {
    const { page, context } = await visit({ javaScriptEnabled: false });
    await logIn(page, "/t/ada/workflows/new");
    await page.fill("#name", "No scripts");
    await page.click("text=Create workflow");
    await page.waitForURL(/workflows\/[0-9a-f-]{36}$/);
    expect(await page.inputValue(".code__area")).toContain('"name": "No scripts"');
    await page.goto(`/t/ada/workflows/${firstWorkflow()?.id}/versions`);
    await page.click("text=Roll back >> nth=0");
    await page.waitForSelector(".version:nth-child(2):has-text('Answers now')");
    await context.close();
  }, 40_000);

  test("walks outline and editor with the keyboard, and gets out of the editor again", async () => {
    const { page, context } = await visit();
    await logIn(page, `/t/ada/workflows/${firstWorkflow()?.id}`);
    await page.waitForSelector(".code[data-live]");
    const untouched = await page.inputValue(".code__area");
    await page.focus(".outline__item");
    await page.keyboard.press("ArrowDown");
    await page.waitForSelector(".outline__item:focus:has-text('price')");
    await page.keyboard.press("ArrowDown");
    await page.waitForSelector(".outline__item:focus:has-text('total')");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".code__area:focus");
    const before = await page.inputValue(".code__area");
    expect(before).toBe(untouched);
    await page.keyboard.press("Tab");
    expect(await page.inputValue(".code__area")).not.toBe(before);
    await page.keyboard.press("Control+z");
    expect(await page.inputValue(".code__area")).toBe(before);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.classList.contains("code__area"))).toBe(false);
    await context.close();
  }, 40_000);

  test("stays logged in when the short-lived token has run out, and when several requests find out at once", async () => {
    const { page, context } = await visit();
    await logIn(page);
    await context.clearCookies({ name: "dap_access" });
    const answers = await page.evaluate(async () => {
      const ask = () => fetch("/session/api/teams").then(({ status }) => status);
      return Promise.all([ask(), ask(), ask(), ask()]);
    });
    expect(answers).toEqual([200, 200, 200, 200]);
    await page.goto("/t/ada/workflows");
    expect(new URL(page.url()).pathname).toBe("/t/ada/workflows");
    await context.close();
  }, 40_000);

  test("shows a published workflow's element as others will see it, without a token in any script", async () => {
    const { page, context, complaints } = await visit();
    await logIn(page);
    const sent: Record<string, string>[] = [];
    page.on("request", (request) => request.url().includes("/session/api/teams/") && sent.push(request.headers()));
    await page.goto(`/t/ada/workflows/${firstWorkflow()?.id}/share`);
    await page.waitForSelector(`dap-workflow:has-text("200 ${firstWorkflow()?.draft.name}")`);
    expect(sent.length).toBeGreaterThan(0);
    for (const headers of sent) {
      expect(headers["x-requested-with"]).toBe("dap-web");
      expect(headers.authorization).toBeUndefined();
    }
    expect(complaints).toEqual([]);
    await context.close();
  }, 40_000);

  test("chooses a theme, and the next page has it from the first paint", async () => {
    const { page, context } = await visit({ colorScheme: "light" });
    await logIn(page);
    await page.click(".avatar-button");
    await page.click(".theme-row button[value=dark]");
    await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
    await page.waitForFunction(() => document.cookie.includes("dap_theme=dark"));
    const html = await (await page.request.get("/t/ada/runs")).text();
    expect(html).toContain('data-theme="dark"');
    await context.close();
  }, 40_000);
});

describe.skipIf(!hasChromium)("every page", () => {
  const pages: readonly (readonly [string, () => string])[] = [
    ["workflows", () => "/t/ada/workflows"],
    ["an empty list", () => "/t/engines/workflows"],
    ["a new workflow", () => "/t/ada/workflows/new"],
    ["runs", () => "/t/ada/runs"],
    ["a run that failed", () => `/t/ada/runs/${failedRun()?.id}`],
    ["the editor", () => `/t/ada/workflows/${firstWorkflow()?.id}`],
    ["versions", () => `/t/ada/workflows/${firstWorkflow()?.id}/versions`],
    ["share", () => `/t/ada/workflows/${firstWorkflow()?.id}/share`],
    ["settings", () => `/t/ada/workflows/${firstWorkflow()?.id}/settings`],
    ["a missing page", () => "/t/ada/nothing"],
  ];

  for (const [look, options] of Object.entries({
    "on a desktop, light": { viewport: desktop, colorScheme: "light" },
    "on a phone, dark": { viewport: phone, colorScheme: "dark" },
  } as const))
    test(`passes axe and does not scroll sideways, ${look}`, async () => {
      // axe is put into the page by the test; the content policy is for the page's own scripts.
      const { page, context } = await visit({ ...options, bypassCSP: true, reducedMotion: "reduce" });
      const found: string[] = [];
      const examine = async (name: string) => {
        await page.evaluate(axeSource);
        const violations = await page.evaluate(async () => {
          const { axe } = window as unknown as {
            axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          }; // put there by the line above
          return (await axe.run()).violations.map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`,
          );
        });
        found.push(...violations.map((violation) => `${name}: ${violation}`));
        const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        if (isWide) found.push(`${name}: scrolls sideways`);
      };
      for (const path of ["/login", "/register"]) {
        await page.goto(path);
        await examine(path);
      }
      await logIn(page);
      for (const [name, path] of pages) {
        await page.goto(path());
        await page.waitForTimeout(150);
        await examine(name);
      }
      await page.click(".avatar-button").catch(() => {});
      expect(found).toEqual([]);
      await context.close();
    }, 90_000);

  test("comes with a content policy, and no page breaks it", async () => {
    const { page, context, complaints } = await visit();
    await logIn(page);
    for (const [, path] of pages.slice(0, -1)) {
      const answer = await page.goto(path());
      expect(answer?.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(answer?.headers()["x-content-type-options"]).toBe("nosniff");
      await page.waitForTimeout(150);
    }
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  test("of workflows needs at most 45 KB of script, compressed, at the first visit", async () => {
    const { page, context } = await visit();
    await logIn(page, "/login");
    await context.clearCookies({ name: "nothing" });
    const fresh = await browser.newContext({
      viewport: desktop,
      baseURL: platform.url,
      storageState: await context.storageState(),
    });
    const first = await fresh.newPage();
    let bytes = 0;
    first.on("response", async (response) => {
      if (new URL(response.url()).pathname.endsWith(".js")) bytes += Number(response.headers()["content-length"] ?? 0);
    });
    await first.goto("/t/ada/workflows");
    await first.waitForTimeout(1_200);
    console.error(`first visit of the list: ${(bytes / 1024).toFixed(1)} KB of script`);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(45 * 1024);
    await fresh.close();
    await page.close();
    await context.close();
  }, 40_000);
});
