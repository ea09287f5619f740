import { afterAll, describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { Failure } from "./failure";
import { createHttpApp, serve } from "./http";
import { createLogger } from "./log";
import { connect } from "./postgres";

const lines: string[] = [];
const log = createLogger({ service: "test", write: (line) => lines.push(line) });
const app = createHttpApp({ name: "test", log, bodyBytesMax: 1_000 })
  .post("/order", ({ body }) => body, {
    body: Type.Object(
      { count: Type.Integer(), password: Type.String({ minLength: 9 }) },
      { additionalProperties: false },
    ),
  })
  .post("/raw", async ({ request }) => request.text(), { parse: "none" })
  .post("/untouched", (context) => context.request.text())
  .get("/refuse", () => {
    throw new Failure("TEAPOT", 409, "No coffee.", { headers: { "retry-after": "7" } });
  })
  .get("/crash", () => {
    throw Object.assign(new Error("password=hunter2"), { code: "NOT_FOUND", status: 200 });
  })
  .use(
    new Elysia().get("/nested", () => {
      throw new Error("hunter2");
    }),
  );

const call = (path: string, init?: RequestInit) => app.handle(new Request(`http://localhost${path}`, init));
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  call(path, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });

async function problemOf(response: Response | Promise<Response>) {
  const answer = await response;
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  const problem = await answer.json();
  expect(problem.status).toBe(answer.status);
  expect(problem.requestId).toBe(answer.headers.get("x-request-id"));
  return problem;
}

describe("an app", () => {
  test("answers a failure with its status, code, detail and headers", async () => {
    const response = await call("/refuse");
    expect(response.headers.get("retry-after")).toBe("7");
    expect(await problemOf(response)).toMatchObject({ status: 409, code: "TEAPOT", detail: "No coffee." });
  });

  test("answers an unexpected error with 500, tells nothing of it, and logs it under the request's id", async () => {
    for (const path of ["/crash", "/nested"]) {
      const problem = await problemOf(call(path));
      expect(problem).toMatchObject({ status: 500, code: "INTERNAL" });
      expect(JSON.stringify(problem)).not.toContain("hunter2");
      expect(lines.findLast((line) => line.includes(problem.requestId))).toContain("hunter2");
    }
  });

  test("answers 503, and when to come again, while the database cannot be reached, however its error is wrapped", async () => {
    // Nobody listens on port 9 of this machine.
    const away = connect("postgres://dap:hunter2@127.0.0.1:9/dap", { max: 1, applicationName: "test" });
    const outage = createHttpApp({ name: "outage", log })
      .get("/raw", async () => await away.sql`select 1`)
      .get("/built", () => away.db.execute("select 1"))
      .get("/foreign", () => {
        throw Object.assign(new Error("no"), { code: "23505" });
      });
    const ask = (path: string) => outage.handle(new Request(`http://localhost${path}`));
    for (const path of ["/raw", "/built"]) {
      const response = await ask(path);
      expect(response.headers.get("retry-after")).toBe("1");
      const problem = await problemOf(response);
      expect(problem).toMatchObject({ status: 503, code: "DATABASE_UNAVAILABLE" });
      expect(JSON.stringify(problem)).not.toMatch(/127\.0\.0\.1|hunter2/);
      expect(lines.findLast((line) => line.includes(problem.requestId))).toContain("ECONNREFUSED");
    }
    expect(await problemOf(ask("/foreign"))).toMatchObject({ status: 500, code: "INTERNAL" });
    await away.close();
  }, 60_000);

  test("refuses a body of another shape with 422 and shows no value of it", async () => {
    const problem = await problemOf(post("/order", '{"count":"5","password":"hunter2"}'));
    expect(problem).toMatchObject({ status: 422, code: "INVALID_BODY" });
    expect(problem.problems.map((issue: { path: string }) => issue.path)).toContain("/count");
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  });

  test("refuses unknown properties instead of dropping them", async () => {
    const response = await post("/order", '{"count":5,"password":"123456789","admin":true}');
    expect(await problemOf(response)).toMatchObject({ code: "INVALID_BODY" });
  });

  test("refuses what is not JSON, too deep, or empty", async () => {
    expect(await problemOf(post("/order", "{oops"))).toMatchObject({ status: 400, code: "MALFORMED_JSON" });
    expect(await problemOf(post("/order", "[".repeat(200)))).toMatchObject({ status: 400, code: "MALFORMED_JSON" });
    expect(await problemOf(post("/order", ""))).toMatchObject({ status: 422, code: "INVALID_BODY" });
  });

  test("accepts a right body, also with a charset", async () => {
    const body = '{"count":5,"password":"123456789"}';
    for (const type of ["application/json", "application/json; charset=utf-8"]) {
      expect(await (await post("/order", body, { "content-type": type })).json()).toEqual(JSON.parse(body));
    }
  });

  test("leaves a body alone that the route does not ask for", async () => {
    expect(await (await post("/untouched", "{oops")).text()).toBe("{oops");
  });

  test("leaves a raw body alone", async () => {
    expect(await (await post("/raw", "{oops")).text()).toBe("{oops");
  });

  test("answers an unknown path with 404", async () => {
    expect(await problemOf(call("/nowhere"))).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });

  test("keeps a fit request id and replaces an unfit one", async () => {
    const fit = await call("/refuse", { headers: { "x-request-id": "abcd-1234" } });
    expect(fit.headers.get("x-request-id")).toBe("abcd-1234");
    const unfit = await call("/refuse", { headers: { "x-request-id": "<script>" } });
    expect(unfit.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("a server", () => {
  const server = serve(app, { port: 0 });
  afterAll(() => server.stop());

  test("refuses a body over the limit with 413", async () => {
    const response = await fetch(`${server.url}/order`, { method: "POST", body: "x".repeat(2_000) });
    expect(await problemOf(response)).toMatchObject({ status: 413, code: "BODY_TOO_LARGE" });
  });

  test("does not share its port", () => {
    expect(() => serve(() => new Response(), { port: server.port })).toThrow("is it in use?");
    expect(() => serve(createHttpApp({ name: "other", log }), { port: server.port })).toThrow("is it in use?");
  });

  test("finishes what is in flight before it stops", async () => {
    const slow = serve(() => Bun.sleep(200).then(() => new Response("done")), { port: 0 });
    const answer = fetch(slow.url).then((response) => response.text());
    await Bun.sleep(50);
    const startedMs = performance.now();
    await slow.stop();
    expect(await answer).toBe("done");
    expect(performance.now() - startedMs).toBeLessThan(1_500);
  });

  test("cuts what does not finish in time", async () => {
    const stuck = serve(() => Bun.sleep(60_000).then(() => new Response("late")), { port: 0 });
    const answer = fetch(stuck.url).then(
      () => "answered",
      () => "cut",
    );
    await Bun.sleep(50);
    await stuck.stop(100);
    expect(await answer).toBe("cut");
  });
});
