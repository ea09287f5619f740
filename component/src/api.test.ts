import { describe, expect, test } from "bun:test";
import { createApi } from "./api";

describe("the element's API", () => {
  test("goes through the page's own way when it is given one, with no token", async () => {
    const asked: { path: string; headers: unknown }[] = [];
    const api = createApi({
      base: "https://site.test/",
      team: "t 1",
      token: async () => undefined,
      fetchApi: async (path, { headers }) => {
        asked.push({ path, headers });
        return Response.json(path.endsWith("tickets") ? { ticket: "a&b" } : { runId: "r1" });
      },
    });
    expect(await api.startRun("w/1", { n: 1 }, "key")).toBe("r1");
    expect(asked).toEqual([
      {
        path: "/teams/t%201/workflows/w%2F1/runs",
        headers: { accept: "application/json", "content-type": "application/json", "idempotency-key": "key" },
      },
    ]);
    expect(await api.openLive()).toBe("wss://site.test/realtime?ticket=a%26b");
  });

  test("asks the instance itself otherwise, with the token and without cookies", async () => {
    const asked: { url: string; credentials: unknown; bearer: string | null }[] = [];
    const real = globalThis.fetch;
    globalThis.fetch = Object.assign(
      async (url: string | URL | Request, init: RequestInit = {}) => {
        const bearer = new Headers(init.headers).get("authorization");
        asked.push({ url: String(url), credentials: init.credentials, bearer });
        return Response.json({ name: "Order" });
      },
      { preconnect: real.preconnect },
    );
    try {
      const api = createApi({ base: "https://dap.test", team: "t1", token: async () => "secret" });
      await api.getWorkflow("w1");
    } finally {
      globalThis.fetch = real;
    }
    expect(asked).toEqual([
      {
        url: "https://dap.test/api/v1/teams/t1/workflows/w1",
        credentials: "omit",
        bearer: "Bearer secret",
      },
    ]);
  });
});
