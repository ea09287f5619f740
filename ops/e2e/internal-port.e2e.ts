import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { registerPerson } from "./src/person";
import { freePort, type Platform, startPlatform } from "./src/platform";

describe("the internal port of a platform in one process", () => {
  const internalPort = freePort();
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform({ env: { INTERNAL_PORT: String(internalPort) } });
  }, 120_000);
  afterAll(() => platform?.stop());

  const ask = async (path: string): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`http://127.0.0.1:${internalPort}${path}`);
    return { status: answer.status, text: await answer.text() };
  };

  test("says that all services are ready, and counts what they do", async () => {
    expect(await ask("/readyz")).toEqual({ status: 200, text: '{"status":"ready","missing":[]}' });
    expect((await ask("/healthz")).status).toBe(200);
    const ann = await registerPerson(platform.url);
    const inline = await ann.publish({
      dap: 1,
      name: "Inline",
      trigger: { kind: "webhook", reply: "result" },
      steps: [],
      output: 1,
    });
    const durable = await ann.publish({
      dap: 1,
      name: "Durable",
      trigger: { kind: "webhook", reply: "accepted" },
      steps: [{ id: "now", use: "time.now" }],
    });
    const answers = [inline, durable].map(({ url }) => fetch(url, { method: "POST", body: "{}" }));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 202]);

    const { text } = await ask("/metrics");
    const values = new Map(
      text.split("\n").map((line) => [line.replace(/ [^ ]*$/, ""), Number(line.split(" ").at(-1))]),
    );
    expect(values.get('dap_runs_accepted_total{service="edge",kind="recorded"}')).toBe(1);
    expect(values.get('dap_runs_accepted_total{service="edge",kind="accepted"}')).toBe(1);
    for (const service of ["identity", "team", "data", "edge"])
      expect(values.get(`dap_http_requests_total{service="${service}",status="2xx"}`)).toBeGreaterThan(0);
    expect(values.get("dap_runs_held")).toBeGreaterThanOrEqual(0);
    expect(values.get("dap_relay_lag_seconds")).toBeLessThan(10);
    expect(values.get("dap_sockets_open")).toBeGreaterThan(0);
    expect(text).not.toContain(ann.teamId);
  }, 60_000);

  test("is not the public one, where the same paths lead nowhere", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics"])
      expect((await fetch(`${platform.url}${path}`)).status).toBe(404);
  });
});
