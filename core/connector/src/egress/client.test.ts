import { afterEach, describe, expect, test } from "bun:test";
import { createEgress } from "./client";
import { httpText, type RawServer, serveRaw } from "./test-listener";
import type { Egress, EgressLimits, EgressRequest, Resolve } from "./type";

const started: { stop?: () => void; close?: () => void }[] = [];
afterEach(() => {
  for (const one of started.splice(0)) (one.stop ?? one.close)?.();
});
const raw = (...args: Parameters<typeof serveRaw>): RawServer => {
  const server = serveRaw(...args);
  started.push(server);
  return server;
};
const local = (limits: Partial<EgressLimits> = {}, resolve: Resolve = async () => ["127.0.0.1"]): Egress => {
  const egress = createEgress({ allow: [{ kind: "network", cidr: "127.0.0.1/32" }], resolve, limits });
  started.push(egress);
  return egress;
};
const get = (egress: Egress, port: number, request: Partial<EgressRequest> = {}) =>
  egress.request({ method: "GET", url: `http://127.0.0.1:${port}/`, ...request });
const codeOf = async (result: ReturnType<Egress["request"]>): Promise<string> => {
  const settled = await result;
  return settled.kind === "failed" ? settled.error.code : `answered ${settled.response.status}`;
};

describe("a request", () => {
  test("carries method, path, query, Host, headers and body, and its answer comes back whole", async () => {
    const server = raw((wire) => wire.write(httpText("201 Created", { "X-One": "1", "set-cookie": "a=1" }, "héllo")));
    const result = await local().request({
      method: "POST",
      url: `http://svc.test:${server.port}/a%20b/../c?x=1#frag`,
      headers: { "X-Key": "k", "content-type": "text/plain" },
      body: "höhö",
    });
    expect(server.received.join("")).toMatch(/^POST \/c\?x=1 HTTP\/1\.1\r\n/);
    expect(server.received.join("").toLowerCase()).toContain(`\r\nhost: svc.test:${server.port}\r\n`);
    expect(server.received.join("").toLowerCase()).toContain("\r\nx-key: k\r\n");
    expect(server.received.join("").toLowerCase()).toContain("\r\ncontent-length: 6\r\n");
    if (result.kind !== "answered") throw new Error(result.error.code);
    expect(result.response.status).toBe(201);
    expect(result.response.headers).toMatchObject({ "x-one": "1", "set-cookie": "a=1" });
    expect(new TextDecoder().decode(result.response.body)).toBe("héllo");
    expect(result.response.url).toBe(`http://svc.test:${server.port}/c?x=1`);
  });

  test("cannot set the headers that frame it, nor break out of one", async () => {
    const server = raw((wire) => wire.write(httpText("200 OK", {})));
    const bad = [
      { host: "evil.test" },
      { Host: "evil.test" },
      { "transfer-encoding": "chunked" },
      { "content-length": "3" },
      { connection: "close" },
      { upgrade: "h2c" },
      { expect: "100-continue" },
      { te: "trailers" },
      { "x-a": "1\r\nx-b: 2" },
      { "x-a": "1\n" },
      { "x a": "1" },
      { "x:a": "1" },
      { "": "1" },
      { "x-a": "☃" },
      { "x-a": "\u0000" },
      { "x-a": "a".repeat(70_000) },
    ];
    for (const headers of bad)
      expect([headers, await codeOf(get(local(), server.port, { headers }))]).toEqual([headers, "EGRESS_HEADER"]);
    for (const method of ["CONNECT", "TRACE", "get", "GE T", "GET / HTTP/1.1\r\n", ""]) {
      expect([method, await codeOf(get(local(), server.port, { method }))]).toEqual([method, "EGRESS_METHOD"]);
    }
    expect(server.connections()).toBe(0);
  });

  test("reuses its connection, and asks the resolver only for a new one", async () => {
    let asked = 0;
    const server = raw((wire) => wire.write(httpText("200 OK", {}, "ok")));
    const egress = local({}, async () => {
      asked += 1;
      return ["127.0.0.1"];
    });
    for (let n = 0; n < 20; n += 1) {
      expect(await codeOf(egress.request({ method: "GET", url: `http://svc.test:${server.port}/` }))).toBe(
        "answered 200",
      );
    }
    expect([server.connections(), asked]).toEqual([1, 1]);
  });

  test("whose kept connection was just closed is sent again if it is a read, and only then", async () => {
    const server = raw((wire, requests) => (requests === 1 ? wire.write(httpText("200 OK", {}, "ok")) : wire.end()));
    const egress = local();
    expect(await codeOf(get(egress, server.port))).toBe("answered 200");
    expect(await codeOf(get(egress, server.port))).toBe("answered 200");
    expect(server.received.length).toBe(3);
    expect(await codeOf(get(egress, server.port, { method: "POST", body: "once" }))).toBe("CONNECTION_LOST");
    expect(server.received.filter((text) => text.startsWith("POST")).length).toBe(1);
  });

  test("says in its failure whether it may have been received", async () => {
    const server = raw((wire) => wire.end());
    const lost = await get(local(), server.port, { method: "POST", body: "x" });
    expect(lost).toMatchObject({
      kind: "failed",
      error: { code: "CONNECTION_LOST", retryable: true, details: { sent: true } },
    });
    server.stop();
    const refused = await get(local(), server.port, { method: "POST", body: "x" });
    expect(refused).toMatchObject({
      kind: "failed",
      error: { code: "CONNECT_FAILED", retryable: true, details: { sent: false } },
    });
  });

  test("is given up when its signal aborts, before or in the middle", async () => {
    const server = raw((wire) => wire.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"));
    expect(await codeOf(get(local(), server.port, { signal: AbortSignal.abort() }))).toBe("ABORTED");
    const controller = new AbortController();
    const pending = codeOf(get(local(), server.port, { signal: controller.signal }));
    await Bun.sleep(30);
    controller.abort();
    expect(await pending).toBe("ABORTED");
  });
});

describe("a name", () => {
  test("is refused when one of its addresses is private, wherever that stands in the answer", async () => {
    const server = raw((wire) => wire.write(httpText("200 OK", {})));
    for (const answers of [
      ["127.0.0.1"],
      ["1.1.1.1", "127.0.0.1"],
      ["127.0.0.1", "1.1.1.1"],
      ["::1"],
      ["::ffff:10.0.0.1"],
      ["1.1.1.1", "fd00::2"],
      ["not an address"],
    ]) {
      const egress = createEgress({ allow: [], resolve: async () => answers });
      expect([answers, await codeOf(egress.request({ method: "GET", url: `http://a.test:${server.port}/` }))]).toEqual([
        answers,
        "EGRESS_ADDRESS_REFUSED",
      ]);
    }
    expect(server.connections()).toBe(0);
  });

  test("that is rebound between question and connection leads to no private connection in 1,000 tries", async () => {
    const server = raw((wire) => wire.write(httpText("200 OK", {})));
    let asked = 0;
    // The first answer of each name is public and the following ones private: a client that resolves twice is caught.
    // An address of this machine on which nobody listens, opened by EGRESS_ALLOW, stands for the public one.
    const resolve = async () => {
      asked += 1;
      return asked % 2 === 1 ? ["127.66.66.66"] : ["127.0.0.1"];
    };
    const egress = createEgress({
      allow: [{ kind: "network", cidr: "127.66.66.66/32" }],
      resolve,
      limits: { connectMs: 20 },
    });
    const tries = Array.from({ length: 1_000 }, (_, n) =>
      codeOf(egress.request({ method: "GET", url: `http://r${n}.test:${server.port}/`, timeoutMs: 40 })),
    );
    const codes = new Set(await Promise.all(tries));
    expect([...codes].every((code) => ["EGRESS_ADDRESS_REFUSED", "TIMEOUT", "CONNECT_FAILED"].includes(code))).toBe(
      true,
    );
    expect(codes.has("EGRESS_ADDRESS_REFUSED")).toBe(true);
    expect([asked, server.connections()]).toEqual([1_000, 0]);
    egress.close();
  });

  test("that does not resolve, or too slowly, fails and may be tried again", async () => {
    const failing = createEgress({ allow: [], resolve: () => Promise.reject(new Error("ENOTFOUND")) });
    expect(await failing.request({ method: "GET", url: "http://a.test/" })).toMatchObject({
      error: { code: "DNS_FAILED", retryable: true },
    });
    const slow = createEgress({ allow: [], resolve: () => new Promise(() => {}), limits: { connectMs: 30 } });
    expect(await codeOf(slow.request({ method: "GET", url: "http://a.test/" }))).toBe("TIMEOUT");
  });
});
