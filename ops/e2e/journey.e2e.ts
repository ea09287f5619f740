import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { describeWithBrowser, launchBrowser } from "./src/browser";
import { type Platform, startPlatform } from "./src/platform";
import { desktop, shoot } from "./src/shot";

/** Takes some seconds, so that there is something to watch. */
const document = {
  dap: 1,
  name: "Order desk",
  trigger: {
    kind: "webhook",
    reply: "accepted",
    input: { type: "object", required: ["sku", "n"], properties: { sku: { type: "string" }, n: { type: "integer" } } },
  },
  steps: [
    {
      id: "order",
      use: "transform.set",
      with: { sku: "{{ trigger.body.sku | upper }}", total: "{{ trigger.body.n * 4.5 }}" },
    },
    { id: "received", use: "time.now" },
    { id: "approve", use: "wait", durationMs: 1_500 },
    {
      id: "big",
      use: "if",
      when: "{{ steps.order.total > 100 }}",
      then: [{ id: "ticket", use: "random.uuid" }],
      else: [{ id: "small", use: "transform.set", with: { label: "small" } }],
    },
    { id: "pack", use: "wait", durationMs: 1_500 },
    { id: "done", use: "time.now" },
  ],
  output: { total: "{{ steps.order.total }}", at: "{{ steps.done.iso }}" },
};

describeWithBrowser("a person with a browser", () => {
  let platform: Platform;
  let browser: Browser;
  beforeAll(async () => {
    [platform, browser] = await Promise.all([startPlatform(), launchBrowser()]);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await platform.stop();
  });

  test("registers, edits a workflow, publishes it, calls it and watches the run finish live", async () => {
    const context = await browser.newContext({ viewport: desktop, baseURL: platform.url, colorScheme: "light" });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));

    await page.goto("/register");
    await shoot(page, "register");
    await page.fill("#name", "Ann");
    await page.fill("#email", `ann-${Date.now()}@example.com`);
    await page.fill("#password", "correct horse battery");
    await page.click("button[type=submit]");
    await page.waitForURL("**/workflows");
    await page.waitForSelector("text=Order total");
    await shoot(page, "workflows");

    await page.goto(`${page.url()}/new`);
    await page.fill("#name", "Order desk");
    await page.click("text=Create workflow");
    await page.waitForSelector(".code[data-live]");
    await page.locator(".code__area").fill(JSON.stringify(document, null, 2));
    await page.waitForSelector(".save__label:text-is('Saved')");
    await page.waitForSelector("text=No problems");
    await shoot(page, "editor");

    await page.click("#publish");
    await page.click("#publish-now");
    await page.waitForSelector("text=Version 1 is live");
    const address = (await page.locator(".dialog code").first().textContent()) ?? "";
    const call = () =>
      fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: '{"sku":"tea","n":30}' });
    const answer = await call();
    expect(answer.status).toBe(202);
    const { runId } = (await answer.json()) as { runId: string };

    const team = new URL(page.url()).pathname.split("/")[2];
    await page.goto(`/t/${team}/runs/${runId}`);
    await page.waitForSelector(".live--on");
    const status = () => page.locator(".run-head .badge").textContent();
    expect(await status()).not.toContain("Succeeded");
    await shoot(page, "run-live");
    // No reload from here on: what changes on the page came over the socket.
    await page.waitForSelector(".run-head .badge:has-text('Succeeded')");
    await page.waitForSelector(".span-row:has-text('done'):has-text('time.now')");
    await page.click(".span-row:has-text('ticket')");
    await shoot(page, "run");

    await page.goto(`/t/${team}/runs`);
    await page.waitForSelector(".live--on");
    const before = await page.locator(".list__link").count();
    await call();
    await page.waitForFunction((count) => window.document.querySelectorAll(".list__link").length > count, before);
    await shoot(page, "runs");
    expect(complaints).toEqual([]);
    await context.close();
  }, 90_000);
});
