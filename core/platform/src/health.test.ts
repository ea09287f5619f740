import { afterAll, describe, expect, test } from "bun:test";
import { countAnswers, createHealth, isAnswering, openInternalPort } from "./health";
import { createHttpApp, serve } from "./http";
import { silentLogger } from "./log";
import { connect } from "./postgres";

describe("health", () => {
  test("names what is not there: what fails, what says so, and what does not answer in a second", async () => {
    const away = connect("postgres://dap:x@127.0.0.1:9/dap", { max: 1, applicationName: "test" });
    const { need, missing } = createHealth();
    need("broker", () => true);
    expect(await missing()).toEqual([]);
    need("database", isAnswering(away.sql));
    need("routes", () => false);
    need("disk", () => new Promise<boolean>(() => {}));
    const startMs = Date.now();
    expect(await missing()).toEqual(["database", "routes", "disk"]);
    expect(Date.now() - startMs).toBeLessThan(3_000);
    need("routes", () => true);
    expect(await missing()).not.toContain("routes");
    await away.close();
  }, 20_000);

  test("opens no port unless one is set", () => {
    expect(openInternalPort(createHealth(), { internalPort: undefined })).toBeUndefined();
  });
});

describe("an internal port", () => {
  const health = createHealth();
  const app = createHttpApp({ name: "test", log: silentLogger, bodyBytesMax: 100 })
    .get("/", () => "x")
    .post("/", () => "y");
  const service = serve(app, { port: 0, onAnswer: countAnswers(health, "test") });
  const other = serve(() => new Response(null, { status: 302 }), { port: 0, onAnswer: countAnswers(health, "other") });
  const internal = openInternalPort(health, { internalPort: 0 });
  afterAll(() => Promise.all([service.stop(), other.stop(), internal?.stop()]));

  test("shows the answers of all services of the process by class, which their own port does not", async () => {
    const ask = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;
    expect(await ask(service.url)).toBe(200);
    expect(await ask(`${service.url}/metrics`)).toBe(404);
    expect(await ask(`${service.url}/healthz`)).toBe(404);
    expect(await ask(service.url, { method: "POST", body: "x".repeat(200) })).toBe(413);
    expect(await ask(other.url, { redirect: "manual" })).toBe(302);
    const text = await (await fetch(`${internal?.url}/metrics`)).text();
    expect(text.split("\n").filter((line) => line.startsWith("dap_http_requests_total"))).toEqual([
      'dap_http_requests_total{service="test",status="2xx"} 1',
      'dap_http_requests_total{service="test",status="4xx"} 3',
      'dap_http_requests_total{service="other",status="3xx"} 1',
    ]);
  });
});
