import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Json } from "@dap/contract";
import { catalogue, performStep } from "../catalogue";
import { createEgress } from "../egress/client";
import type { StepResult } from "../kit/perform";
import { hasLiteralHost, isLiteralRead } from "./literal";
import { parseRetryAfter } from "./status";

type Seen = { method: string; path: string; headers: Record<string, string>; body: string };
const seen: Seen[] = [];
let server: ReturnType<typeof Bun.serve>;
const egress = createEgress({ allow: [{ kind: "network", cidr: "127.0.0.1/32" }] });

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const url = new URL(request.url);
      seen.push({
        method: request.method,
        path: url.pathname + url.search,
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      });
      const status = Number(url.searchParams.get("status") ?? 200);
      const type = url.searchParams.get("type");
      return new Response(url.searchParams.get("say") ?? '{"amount":12}', {
        status,
        headers: { "content-type": type ?? "application/json", ...(status === 429 && { "retry-after": "7" }) },
      });
    },
  });
});
afterAll(() => {
  egress.close();
  server.stop(true);
});

const perform = (input: Record<string, Json>): Promise<StepResult> =>
  performStep(
    { use: "http.request", input: { url: server.url.href, ...input }, idempotencyKey: "run:step:1:1" },
    { egress, nowMs: Date.now, randomUuid: () => "", signal: new AbortController().signal },
  );
const bodyOf = async (query: string, input: Record<string, Json> = {}) => {
  const result = await perform({ url: `${server.url.href}?${query}`, ...input });
  return result.kind === "succeeded" ? (result.output as { body: Json }).body : result.error.code;
};

describe("http.request", () => {
  test("sends method, headers, query and a JSON body, and parses the JSON answer", async () => {
    const result = await perform({
      method: "POST",
      url: `${server.url.href}x?a=1`,
      query: { b: "2 3", list: [1, true], none: null },
      headers: { "X-N": 5, gone: null },
      body: { n: [1] },
    });
    expect(result).toMatchObject({ kind: "succeeded", output: { status: 200, body: { amount: 12 } } });
    expect(seen.at(-1)).toMatchObject({ method: "POST", path: "/x?a=1&b=2+3&list=1&list=true", body: '{"n":[1]}' });
    expect(seen.at(-1)?.headers).toMatchObject({ "x-n": "5", "content-type": "application/json" });
    expect(seen.at(-1)?.headers.gone).toBeUndefined();
  });

  test("carries the idempotency key of its effect on everything but a read, unless the author gives another", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      await perform({ method });
      expect(seen.at(-1)?.headers["idempotency-key"]).toBe("run:step:1:1");
    }
    await perform({ method: "POST", headers: { "Idempotency-Key": "mine" } });
    expect(seen.at(-1)?.headers["idempotency-key"]).toBe("mine");
    await perform({ method: "GET" });
    expect(seen.at(-1)?.headers["idempotency-key"]).toBeUndefined();
  });

  test("sends text as it is and an object as a form when the header says so", async () => {
    await perform({ method: "POST", body: "plain" });
    expect(seen.at(-1)).toMatchObject({ body: "plain", headers: { "content-type": "text/plain; charset=utf-8" } });
    await perform({
      method: "POST",
      body: { a: "1 2", b: [3, 4], c: null },
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(seen.at(-1)).toMatchObject({ body: "a=1+2&b=3&b=4" });
    await perform({ method: "POST", body: "{}", headers: { "content-type": "application/json" } });
    expect(seen.at(-1)).toMatchObject({ body: "{}", headers: { "content-type": "application/json" } });
  });

  test("sends bytes that an earlier request received", async () => {
    await perform({ method: "POST", body: { base64: "aGk=", contentType: "image/png" } });
    expect(seen.at(-1)).toMatchObject({ body: "hi", headers: { "content-type": "image/png" } });
    await perform({ method: "POST", body: { base64: "aGk=", contentType: "image/png", more: 1 } });
    expect(seen.at(-1)).toMatchObject({ headers: { "content-type": "application/json" } });
  });

  test("reads the body by its content type", async () => {
    expect(await bodyOf("say=[1]&type=application/problem%2Bjson")).toEqual([1]);
    expect(await bodyOf("say=hi&type=text/plain")).toBe("hi");
    expect(await bodyOf("say={&type=application/json")).toBe("{");
    expect(await bodyOf("say=hi&type=image/png")).toEqual({ base64: "aGk=", contentType: "image/png" });
    expect(await bodyOf("say=&type=application/json")).toBeNull();
    expect(await bodyOf('say={"__proto__":1}')).toEqual(JSON.parse('{"__proto__":1}'));
  });

  test("reads it as the author expects", async () => {
    expect(await bodyOf("say=[1]&type=text/plain", { expect: "json" })).toEqual([1]);
    expect(await bodyOf("say=[1]", { expect: "text" })).toBe("[1]");
    expect(await bodyOf("say=hi", { expect: "base64" })).toMatchObject({ base64: "aGk=" });
    expect(await bodyOf("say=hi", { expect: "json" })).toBe("HTTP_BODY");
  });

  test("fails for a status outside 200-299 with what the receiver said, and tells what may be tried again", async () => {
    for (const status of [408, 425, 429, 500, 502, 503, 504]) {
      expect(await perform({ url: `${server.url.href}?status=${status}` })).toMatchObject({
        kind: "failed",
        error: { code: "HTTP_STATUS", retryable: true, details: { status, body: { amount: 12 } } },
      });
    }
    for (const status of [304, 400, 401, 403, 404, 409, 422, 501, 505]) {
      expect(await perform({ url: `${server.url.href}?status=${status}` })).toMatchObject({
        kind: "failed",
        error: { code: "HTTP_STATUS", retryable: false, details: { status } },
      });
    }
    expect(await perform({ url: `${server.url.href}?status=429` })).toMatchObject({
      error: { details: { retryAfterMs: 7_000 } },
    });
  });

  test("takes any status as an answer when told never to fail on one", async () => {
    expect(await perform({ url: `${server.url.href}?status=404`, failOn: "never" })).toMatchObject({
      kind: "succeeded",
      output: { status: 404, body: { amount: 12 } },
    });
  });

  test("gives the guarded client's refusal as its own failure", async () => {
    expect(await perform({ url: "http://169.254.169.254/latest/meta-data" })).toMatchObject({
      kind: "failed",
      error: { code: "EGRESS_ADDRESS_REFUSED", retryable: false },
    });
    expect(await perform({ headers: { host: "x" } })).toMatchObject({
      kind: "failed",
      error: { code: "EGRESS_HEADER" },
    });
  });
});

describe("the effect class of a request", () => {
  test("is a read only for a literal GET or HEAD", () => {
    for (const input of [{ url: "x" }, { method: "GET" }, { method: "get" }, { method: "HEAD" }])
      expect(isLiteralRead(input)).toBe(true);
    for (const input of [
      { method: "POST" },
      { method: "{{ trigger.body.method }}" },
      { method: "GE{{ 'T' }}" },
      { method: 1 },
    ]) {
      expect([input, isLiteralRead(input)]).toEqual([input, false]);
    }
    expect(typeof catalogue.get("http.request")?.effect).toBe("function");
  });

  test("allows the edge only where no value can change the host", () => {
    for (const url of [
      "https://example.com",
      "https://example.com/",
      "http://example.com:80/{{ x }}",
      "https://example.com?q={{ x }}",
      "HTTPS://example.com/a/{{ x }}/b",
      "https://example.com#{{ x }}",
    ]) {
      expect([url, hasLiteralHost({ url })]).toEqual([url, true]);
    }
    for (const url of [
      "https://example.com{{ x }}",
      "https://{{ x }}/",
      "https://{{ x }}.example.com/",
      "https://example.com:{{ x }}/",
      "{{ x }}",
      "{{ x }}https://example.com/",
      "https://a{{ x }}@example.com/",
      "https://a@example.com/",
      "https://example.com\\{{ x }}/",
      "ftp://example.com/",
      "//example.com/{{ x }}",
      "",
      "https://",
    ]) {
      expect([url, hasLiteralHost({ url })]).toEqual([url, false]);
    }
  });
});

describe("Retry-After", () => {
  test("is read as seconds or as a date, and ignored otherwise", () => {
    const nowMs = Date.parse("2026-01-01T00:00:00Z");
    expect(parseRetryAfter("120", nowMs)).toBe(120_000);
    expect(parseRetryAfter("Thu, 01 Jan 2026 00:00:30 GMT", nowMs)).toBe(30_000);
    expect(parseRetryAfter("Wed, 31 Dec 2025 00:00:00 GMT", nowMs)).toBe(0);
    for (const text of [undefined, "", "soon", "-1", "1e3", "99999999999"])
      expect(parseRetryAfter(text, nowMs)).toBeUndefined();
  });
});
