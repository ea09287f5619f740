import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { buildComponent } from "../build";
import { type FakePlatform, startFakePlatform } from "./test-server";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const hasChromium = existsSync(executablePath);
const isRequired = process.env.DAP_REQUIRE === "all";
if (!hasChromium && !isRequired)
  console.log("not run: Chromium is not installed, the element was not tried in a browser");

const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
setDefaultTimeout(30_000); // a browser on a busy machine
let browser: Browser;
let platform: FakePlatform;
const files = await buildComponent();
const axeSource = readFileSync(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir), "utf8");

type Told = { name: string; detail: Record<string, unknown> };
const eventsOf = (page: Page): Promise<Told[]> => page.evaluate(() => (window as unknown as { events: Told[] }).events); // set by the demo page
const namesOf = async (page: Page) =>
  (await eventsOf(page)).map(({ name }) => name).filter((name) => name !== "change");

/** Opens the demo page with one element; complaints of the page fail the test that opened it. */
async function open(query: string, act: (page: Page) => Promise<void>): Promise<void> {
  platform?.stop();
  platform = startFakePlatform(files, `${import.meta.dir}/../demo`);
  const page = await browser.newPage({ viewport: { width: 800, height: 900 } });
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.setDefaultTimeout(5_000);
  await page.goto(`${platform.url}/?${query}`);
  await act(page);
  await page.close();
  expect([...errors, ...platform.cspReports]).toEqual([]);
}

describe.skipIf(!hasChromium && !isRequired)("<dap-workflow> in a browser, under a strict policy", () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args });
  });
  afterAll(async () => {
    await browser?.close();
    platform?.stop();
  });

  test("takes a person from the form to the result, and tells the page", () =>
    open("workflow=order", async (page) => {
      await page.getByLabel("Customer").fill("Ada");
      await page.getByLabel("E-mail").fill("ada@example.com");
      await page.getByLabel("Express").check();
      await page.getByLabel("Country").selectOption("France");
      await page.getByLabel("Article", { exact: true }).fill("Machine");
      await page.getByLabel("Quantity").fill("2");
      await page.getByRole("button", { name: "Add item" }).click();
      await page.getByLabel("Article", { exact: true }).nth(1).fill("Basket");
      await page.getByLabel("Insurance").check();
      await page.getByLabel("I accept").check();
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("A-2041", { exact: true }).waitFor();
      expect(platform.started).toMatchObject([
        {
          bearer: "Bearer demo",
          input: {
            customer: "Ada",
            email: "ada@example.com",
            delivery: "express",
            country: "France",
            extras: ["Insurance"],
            terms: true,
            lines: [
              { article: "Machine", quantity: 2 },
              { article: "Basket", quantity: 1 },
            ],
          },
        },
      ]);
      expect(Object.keys(platform.started[0]?.input as object)).not.toContain("address");
      const names = await namesOf(page);
      expect([names[0], names[1], names.at(-1)]).toEqual(["ready", "submit", "result"]);
      expect(names.filter((name) => name === "progress").length).toBeGreaterThan(3);
      const last = (await eventsOf(page)).filter(({ name }) => name === "progress").at(-1);
      expect(last?.detail.percent).toBe(100);
      expect(await page.locator("dap-workflow img").count()).toBe(0);
    }));

  test("marks what is wrong, puts the focus there, and follows the corrections", () =>
    open("workflow=order", async (page) => {
      await page.getByRole("button", { name: "Run" }).click();
      expect(await page.getByText("This is needed.").count()).toBe(3);
      const customer = page.getByLabel("Customer");
      expect(
        await customer.evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement === element),
      ).toBe(true); // it is in a shadow root
      expect(await customer.getAttribute("aria-invalid")).toBe("true");
      const errorId = await customer.getAttribute("aria-describedby");
      expect(await page.locator(`[id="${errorId}"]`).textContent()).toContain("This is needed.");
      await customer.fill("Ada");
      expect(await customer.getAttribute("aria-invalid")).toBeNull();
      await page.getByLabel("E-mail").fill("ada@");
      await page.getByLabel("E-mail").blur();
      expect(await page.getByText("Enter an e-mail address").count()).toBe(1);
      expect(platform.started.length).toBe(0);
    }));

  test("shows the server's complaints at their fields, and does not send twice under two keys after an outage", () =>
    open("workflow=fail", async (page) => {
      platform.mode.refusal = { problems: [{ path: "/input/order", message: "No such order." }] };
      await page.getByLabel("Order number").fill("1");
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("No such order.").waitFor();
      expect(await page.getByLabel("Order number").getAttribute("aria-invalid")).toBe("true");
      platform.mode.refusal = undefined;
      await page.route("**/runs", (route) => route.abort());
      await page.getByLabel("Order number").fill("2");
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("cannot be reached").waitFor();
      const keys: (string | undefined)[] = [];
      page.on("request", (request) => {
        if (request.method() === "POST" && request.url().endsWith("/runs"))
          keys.push(request.headers()["idempotency-key"]);
      });
      await page.getByRole("button", { name: "Run" }).click();
      await page.waitForTimeout(100);
      await page.unroute("**/runs");
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("The workflow failed").waitFor();
      expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
    }));

  test("shows where a run failed and lets people try again or change what they typed", () =>
    open("workflow=fail", async (page) => {
      await page.getByLabel("Order number").fill("A-1");
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("It stopped at “Reserve the goods”.").waitFor();
      expect(await page.locator("dap-workflow li.failed").textContent()).toContain("Failed");
      expect((await eventsOf(page)).at(-1)).toMatchObject({
        name: "error",
        detail: { code: "HTTP_STATUS", retryable: true },
      });
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByText("Running…").waitFor();
      await page.getByText("The workflow failed").waitFor();
      expect(platform.started.length).toBe(2);
      await page.getByRole("button", { name: "Edit input" }).click();
      expect(await page.getByLabel("Order number").inputValue()).toBe("A-1");
    }));

  test("cancels a run", () =>
    open("workflow=slow", async (page) => {
      await page.getByLabel("Order number").fill("A-1");
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("The run was cancelled.").waitFor();
      expect((await eventsOf(page)).at(-1)).toMatchObject({ detail: { code: "CANCELLED" } });
    }));

  test("goes on after a broken connection from the last event it saw", () =>
    open("workflow=button", async (page) => {
      platform.mode.realtime = "dropsOnce";
      platform.mode.stepMs = 200;
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("Finished").first().waitFor();
      expect(platform.subscriptions.map(({ after }) => after)).toEqual([0, 3]);
    }));

  test("comes to the end without realtime, by asking", () =>
    open("workflow=button", async (page) => {
      platform.mode.realtime = "off";
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("A-2041", { exact: true }).waitFor();
      expect(platform.subscriptions).toEqual([]);
    }));

  test("asks the page for a new token when one is refused, and waits for one when there is none to be had", () =>
    open("workflow=button&token=old", async (page) => {
      platform.expired.add("Bearer old");
      await page.reload();
      await page.getByText("Your session has ended").waitFor();
      expect(await namesOf(page)).toEqual(["auth-expired", "error"]);
      await page.evaluate(() => {
        const element = document.querySelector("dap-workflow");
        if (element) element.token = "new";
      });
      await page.getByRole("button", { name: "Run" }).waitFor();
      platform.expired.add("Bearer new");
      await page.evaluate(() => {
        const element = document.querySelector("dap-workflow");
        if (element) element.getToken = async () => "newest";
      });
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("A-2041", { exact: true }).waitFor();
      expect(platform.started.at(-1)?.bearer).toBe("Bearer newest");
    }));

  test("lets the page stop a submission, prefill the form and speak German", () =>
    open("workflow=fail&locale=de&values=%7B%22order%22%3A%22A-9%22%7D", async (page) => {
      await page.evaluate(() => document.addEventListener("dap-submit", (event) => event.preventDefault()));
      expect(await page.getByLabel("Order number").inputValue()).toBe("A-9");
      await page.getByRole("button", { name: "Starten" }).click();
      expect(await namesOf(page)).toEqual(["ready", "submit"]);
      expect(platform.started).toEqual([]);
    }));

  test("says what it cannot show, and shows a run by its id", () =>
    open("workflow=nobody", async (page) => {
      await page.getByText("There is no such workflow").waitFor();
      await page.goto(`${platform.url}/?workflow=button`);
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("Finished").first().waitFor();
      const runId = (await eventsOf(page)).at(-1)?.detail.runId;
      await page.goto(`${platform.url}/?run-id=${runId}&readonly`);
      await page.getByText("A-2041", { exact: true }).waitFor();
      expect(await page.getByRole("heading", { name: "Refresh the price list" }).count()).toBe(1);
      expect(await page.locator("dap-workflow button").count()).toBe(0);
    }));

  test("takes its colours and shape from the page", () =>
    open("workflow=button&theme=dark", async (page) => {
      const button = page.locator("dap-workflow button.primary");
      await button.waitFor();
      await page.evaluate(() =>
        document.querySelector("dap-workflow")?.style.setProperty("--dap-color-accent", "rgb(1, 2, 3)"),
      );
      await expect(button.evaluate((element) => getComputedStyle(element).transitionDuration)).resolves.toContain(
        "0.12s",
      );
      await page.waitForTimeout(300);
      expect(await button.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe("rgb(1, 2, 3)");
      await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
      expect(await button.evaluate((element) => getComputedStyle(element).transitionDuration)).toBe("0s");
    }));

  test(
    "has nothing that an accessibility checker objects to, in the form, with complaints, running and ended, light and dark",
    () =>
      open("workflow=order", async (page) => {
        const objections: string[] = [];
        const check = async (state: string) => {
          await page.evaluate(axeSource);
          await page.waitForTimeout(250); // colours that are still changing are measured wrongly
          const found = await page.evaluate(async () => {
            const { axe } = window as unknown as {
              axe: { run: (where: string) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
            }; // put there the line before
            return (await axe.run("dap-workflow")).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`);
          });
          objections.push(...found.map((one) => `${state}: ${one}`));
        };
        platform.mode.stepMs = 400;
        for (const theme of ["light", "dark"]) {
          await page.goto(`${platform.url}/?workflow=order&theme=${theme}`);
          await page.getByRole("button", { name: "Run" }).waitFor();
          await check(`${theme} form`);
          await page.getByRole("button", { name: "Run" }).click();
          await check(`${theme} complaints`);
          await page.goto(`${platform.url}/?workflow=button&theme=${theme}`);
          await page.getByRole("button", { name: "Run" }).click();
          await page.getByText("Running…").waitFor();
          await check(`${theme} running`);
          await page.getByText("Finished").first().waitFor();
          await check(`${theme} result`);
          await page.goto(`${platform.url}/?workflow=fail&theme=${theme}&values={"order":"1"}`);
          await page.getByRole("button", { name: "Run" }).click();
          await page.getByText("The workflow failed").waitFor();
          await check(`${theme} failure`);
        }
        expect(objections).toEqual([]);
      }),
    30_000,
  );

  test("fits a phone of 320 pixels without scrolling sideways", () =>
    open("workflow=order", async (page) => {
      await page.setViewportSize({ width: 320, height: 640 });
      await page.getByRole("button", { name: "Run" }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    }));
});
