import { afterAll, describe, expect, test } from "bun:test";
import { internalServer } from "./http";
import { createMetrics } from "./metric";

describe("metrics", () => {
  test("are shown as Prometheus reads them", async () => {
    const metrics = createMetrics();
    const calls = metrics.counter("calls_total", "Calls.");
    calls.add({ kind: 'a"b\\c\nd' });
    metrics.counter("calls_total", "Calls.").add({ kind: 'a"b\\c\nd' }, 2);
    metrics.gauge("waiting", "Waiting.", async () => 7);
    metrics.gauge("away", "Away.", () => Promise.reject(new Error("the database is away")));
    const took = metrics.histogram("took_seconds", "Time.", [0.1, 1]);
    for (const seconds of [0.05, 0.1, 0.5, 3]) took.observe(seconds, { path: "/x" });
    expect((await metrics.text()).trim().split("\n")).toEqual([
      "# HELP calls_total Calls.",
      "# TYPE calls_total counter",
      'calls_total{kind="a\\"b\\\\c\\nd"} 3',
      "# HELP waiting Waiting.",
      "# TYPE waiting gauge",
      "waiting 7",
      "# HELP away Away.",
      "# TYPE away gauge",
      "# HELP took_seconds Time.",
      "# TYPE took_seconds histogram",
      'took_seconds_bucket{path="/x",le="0.1"} 2',
      'took_seconds_bucket{path="/x",le="1"} 3',
      'took_seconds_bucket{path="/x",le="+Inf"} 4',
      'took_seconds_sum{path="/x"} 3.65',
      'took_seconds_count{path="/x"} 4',
    ]);
  });
});

describe("an internal server", () => {
  let missing = ["database"];
  const server = internalServer({ ready: () => missing, metrics: () => "up 1\n" });
  afterAll(() => server.stop());
  const get = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    return [response.status, await response.text()] as const;
  };

  test("is alive before it is ready, and says what is missing", async () => {
    expect((await get("/healthz"))[0]).toBe(200);
    expect(await get("/readyz")).toEqual([503, '{"status":"waiting","missing":["database"]}']);
    missing = [];
    expect((await get("/readyz"))[0]).toBe(200);
    expect(await get("/metrics")).toEqual([200, "up 1\n"]);
    expect((await get("/"))[0]).toBe(404);
  });
});
