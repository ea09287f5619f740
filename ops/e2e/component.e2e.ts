import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Workflow } from "@dap/contract";
import type { Browser, Page } from "playwright-core";
import { describeWithBrowser, launchBrowser } from "./src/browser";
import { type HostPage, startHostPage } from "./src/host-page";
import { type Person, registerPerson } from "./src/person";
import { freePort, type Platform, startPlatform } from "./src/platform";
import { desktop, shoot } from "./src/shot";

/** Waits twice, so that there is progress to be seen. */
const document: Workflow = {
  dap: 1,
  name: "Order a tree",
  description: "We answer with the price and the day of delivery.",
  trigger: {
    kind: "manual",
    input: {
      type: "object",
      required: ["customer", "kind", "quantity"],
      additionalProperties: false,
      properties: {
        customer: { type: "string", title: "Your name", minLength: 2 },
        kind: { type: "string", title: "Tree", enum: ["Apple", "Cherry", "Walnut"] },
        quantity: { type: "integer", title: "How many", minimum: 1, maximum: 20, default: 1 },
        planting: { type: "boolean", title: "Plant it for me", default: false },
      },
    },
  },
  steps: [
    { id: "price", use: "transform.set", with: { total: "{{ trigger.body.quantity * 45 }}" } },
    { id: "stock", use: "wait", durationMs: 1_200 },
    { id: "reserved", use: "time.now" },
    { id: "truck", use: "wait", durationMs: 1_200 },
    { id: "number", use: "random.uuid" },
  ],
  output: { tree: "{{ trigger.body.kind }}", total: "{{ steps.price.total }}", number: "{{ steps.number.uuid }}" },
};

describeWithBrowser("a workflow on somebody else's page", () => {
  let platform: Platform;
  let browser: Browser;
  let ann: Person;
  let listed: HostPage;
  let unlisted: HostPage;
  let tokensAsked = 0;
  const site = { platformUrl: "", team: "", workflow: "" };

  beforeAll(async () => {
    const port = freePort();
    site.platformUrl = `http://localhost:${port}`;
    // The site has its address before the platform is told of it, and learns of the workflow later.
    const open = () =>
      startHostPage({
        platformUrl: site.platformUrl,
        ids: () => site,
        token: async () => {
          tokensAsked++;
          return ann.token;
        },
      });
    listed = open();
    unlisted = open();
    [platform, browser] = await Promise.all([
      startPlatform({ port, env: { EMBED_ORIGINS: listed.origin } }),
      launchBrowser(),
    ]);
    ann = await registerPerson(platform.url);
    site.team = ann.teamId;
    site.workflow = (await ann.publish(document)).id;
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    listed?.stop();
    unlisted?.stop();
    await platform?.stop();
  });

  test("shows its form, runs, tells each step live and shows the result", async () => {
    const { page, complaints } = await visit(browser, listed.origin);
    const sockets: string[] = [];
    page.on("websocket", (socket) => {
      sockets.push(new URL(socket.url()).pathname);
      socket.on("framereceived", ({ payload }) => sockets.push(kindOf(payload)));
    });
    await page.getByLabel("Your name").fill("Ada");
    await page.getByLabel("Cherry").check();
    await page.getByLabel("How many").fill("3");
    await page.getByLabel("Plant it for me").check();
    await shoot(page, "component");
    await page.getByRole("button", { name: "Run" }).click();
    await page.waitForFunction(() =>
      (window as unknown as { told: Told[] }).told.some(({ detail }) => detail.step === "stock"),
    );
    await shoot(page, "component-run");
    await page.getByText("135", { exact: true }).waitFor();
    await shoot(page, "component-result");

    const told = await toldTo(page);
    const result = told.find(({ name }) => name === "result");
    expect(result?.detail).toMatchObject({ output: { tree: "Cherry", total: 135 } });
    const steps = told.filter(({ name }) => name === "progress").map(({ detail }) => detail.step);
    expect(steps).toEqual(expect.arrayContaining(["stock", "truck"]));
    expect(told.filter(({ name }) => name === "error")).toEqual([]);
    // Progress came over the socket, and was not asked for.
    expect(sockets).toEqual(expect.arrayContaining(["/realtime", "subscribed", "runEvent"]));
    expect(tokensAsked).toBe(1);
    expect(complaints).toEqual([]);
    const run = await ann.call("GET", `runs/${String(result?.detail.runId)}`);
    expect(run.body).toMatchObject({ status: "succeeded", output: { tree: "Cherry", total: 135 } });
    await page.close();
  }, 60_000);

  test("says what the server refuses, at its field, and starts nothing", async () => {
    const { page } = await visit(browser, listed.origin);
    const before = (await ann.call<{ items: unknown[] }>("GET", "runs")).body.items.length;
    await page.getByLabel("Your name").fill("A");
    await page.getByRole("button", { name: "Run" }).click();
    await page.locator("dap-workflow [aria-invalid=true]").first().waitFor();
    expect((await ann.call<{ items: unknown[] }>("GET", "runs")).body.items).toHaveLength(before);
    await page.close();
  }, 60_000);

  test("is shown on the page for sharing it, and runs there with the session instead of a token", async () => {
    const { page, complaints } = await visit(browser, `${platform.url}/login`);
    const bearers: string[] = [];
    page.on("request", (request) => bearers.push(request.headers().authorization ?? ""));
    await page.fill("#email", ann.email);
    await page.fill("#password", ann.password);
    await page.click("button[type=submit]");
    await page.waitForURL("**/workflows");
    await page.goto(`${page.url()}/${site.workflow}/share`);
    await page.getByLabel("Your name").fill("Ann");
    await page.getByLabel("Walnut").check();
    await shoot(page, "share");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText("45", { exact: true }).waitFor();
    expect(bearers.filter((bearer) => bearer !== "")).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  test("works on no page that is not listed: neither the API answers it nor does a socket open", async () => {
    const { page } = await visit(browser, unlisted.origin);
    await page.getByRole("button", { name: "Try again" }).waitFor();
    expect((await toldTo(page)).map(({ name }) => name)).toEqual(["error"]);
    expect(await page.getByLabel("Your name").count()).toBe(0);
    // A ticket does not help either: the origin decides.
    expect(await openSocket(page, platform, await ticketOf(ann))).toBe("refused");
    const home = await visit(browser, listed.origin);
    expect(await openSocket(home.page, platform, await ticketOf(ann))).toBe("open");
    await page.close();
    await home.page.close();
  }, 60_000);
});

type Told = { readonly name: string; readonly detail: Record<string, unknown> };

const toldTo = (page: Page): Promise<Told[]> => page.evaluate(() => (window as unknown as { told: Told[] }).told); // set by the host page

/** Opens the page; collects what it and the browser complain of. */
async function visit(browser: Browser, url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: desktop, colorScheme: "light" });
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
}

async function ticketOf({ call }: Person): Promise<string> {
  return (await call<{ ticket: string }>("POST", "/realtime/tickets", {})).body.ticket;
}

/** Opens a socket from the page's own script and says whether it opened. */
const openSocket = (page: Page, platform: Platform, ticket: string): Promise<string> =>
  page.evaluate(
    (url) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url);
        const isOver = (answer: string) => () => {
          resolve(answer);
          socket.close();
        };
        socket.onmessage = socket.onopen = () => setTimeout(isOver("open"), 300);
        socket.onclose = isOver("refused");
      }),
    `${platform.url.replace(/^http/, "ws")}/realtime?ticket=${ticket}`,
  );

const kindOf = (frame: string | Buffer): string => {
  const { kind, message } = JSON.parse(String(frame)) as { kind: string; message?: { kind?: string } };
  return message?.kind ?? kind;
};
