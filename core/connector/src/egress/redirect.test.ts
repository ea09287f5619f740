import { afterAll, describe, expect, test } from "bun:test";
import { createEgress } from "./client";
import { nextHop } from "./redirect";
import { httpText, type RawServer, serveRaw } from "./test-listener";

const servers: RawServer[] = [];
afterAll(() => {
  for (const server of servers) server.stop();
});
const raw = (...args: Parameters<typeof serveRaw>): RawServer => {
  const server = serveRaw(...args);
  servers.push(server);
  return server;
};
const redirectTo = (location: string, status = "302 Found") =>
  raw((wire) => wire.write(httpText(status, { location })));
const egress = (allow: string) =>
  createEgress({ allow: [{ kind: "host", host: allow }], resolve: async () => ["127.0.0.1"] });

describe("a redirect", () => {
  test("is a new request under all the rules: a chain into the private network ends at its door", async () => {
    const inside = raw((wire) => wire.write(httpText("200 OK", {}, "secret")));
    const places = [
      `http://127.0.0.1:${inside.port}/`,
      `http://[::ffff:127.0.0.1]:${inside.port}/`,
      `//127.1:${inside.port}/`,
      `http://localhost:${inside.port}/`,
      `http://inside.test:${inside.port}/`,
      `http://2130706433:${inside.port}/`,
      "file:///etc/passwd",
      "gopher://127.0.0.1/",
      `http://a:b@public.test:${inside.port}/`,
    ];
    for (const place of places) {
      const hop2 = redirectTo(place);
      const hop1 = redirectTo(`http://public.test:${hop2.port}/next`);
      const result = await egress("public.test").request({ method: "GET", url: `http://public.test:${hop1.port}/` });
      const code = result.kind === "failed" ? result.error.code : "answered";
      expect([
        place,
        ["EGRESS_ADDRESS_REFUSED", "EGRESS_SCHEME", "EGRESS_USERINFO"].includes(code),
        hop2.connections(),
      ]).toEqual([place, true, 1]);
    }
    expect(inside.connections()).toBe(0);
  });

  test("is followed five times and not a sixth", async () => {
    const loop: RawServer = raw((wire) => wire.write(httpText("302 Found", { location: "/again" })));
    const result = await egress("public.test").request({ method: "GET", url: `http://public.test:${loop.port}/` });
    expect(result).toMatchObject({ kind: "failed", error: { code: "TOO_MANY_REDIRECTS", retryable: false } });
    expect(loop.received.length).toBe(6);
  });

  test("is the answer itself when none may be followed, or it names no place", async () => {
    const away = redirectTo("http://public.test/");
    const first = await egress("public.test").request({
      method: "GET",
      url: `http://public.test:${away.port}/`,
      redirectsMax: 0,
    });
    expect(first).toMatchObject({ kind: "answered", response: { status: 302 } });
    const nowhere = raw((wire) => wire.write(httpText("302 Found", {})));
    const second = await egress("public.test").request({ method: "GET", url: `http://public.test:${nowhere.port}/` });
    expect(second).toMatchObject({ kind: "answered", response: { status: 302 } });
  });

  test("to another host or port carries no secret, and to the same place all of them", async () => {
    const headers = { authorization: "Bearer t", cookie: "s=1", "x-api-key": "k", "x-mine": "m", "x-plain": "p" };
    const request = { method: "GET", headers, secretHeaders: ["X-Mine"] };
    const target = raw((wire) => wire.write(httpText("200 OK", {})));
    const cross = redirectTo(`http://public.test:${target.port}/`);
    await egress("public.test").request({ ...request, url: `http://public.test:${cross.port}/` });
    const sent = target.received.join("").toLowerCase();
    for (const name of ["authorization", "cookie", "x-api-key", "x-mine"])
      expect([name, sent.includes(`${name}:`)]).toEqual([name, false]);
    expect(sent).toContain("x-plain: p");
    const same = raw((wire, requests) =>
      wire.write(requests === 1 ? httpText("302 Found", { location: "/b" }) : httpText("200 OK", {})),
    );
    await egress("public.test").request({ ...request, url: `http://public.test:${same.port}/` });
    expect(same.received[1]?.toLowerCase()).toContain("authorization: bearer t");
  });

  const hop = {
    url: "https://a.test/x",
    method: "POST",
    headers: { "content-type": "text/plain", "x-plain": "p" },
    body: "b",
  };
  const from = new URL(hop.url);

  test("turns a POST into a GET without its body for 301, 302 and 303, and keeps it for 307 and 308", () => {
    for (const status of [301, 302, 303]) {
      expect(nextHop(hop, from, status, "/y", [])).toEqual({
        url: "https://a.test/y",
        method: "GET",
        headers: { "x-plain": "p" },
        body: undefined,
      });
    }
    for (const status of [307, 308]) {
      expect(nextHop(hop, from, status, "/y", [])).toEqual({ ...hop, url: "https://a.test/y" });
    }
    expect(nextHop({ ...hop, method: "HEAD" }, from, 303, "/y", [])).toMatchObject({ method: "HEAD" });
    expect(nextHop({ ...hop, method: "PUT" }, from, 302, "/y", [])).toMatchObject({ method: "PUT", body: "b" });
  });

  test("from https to http, or to a URL that cannot be read, is refused", () => {
    for (const place of ["http://a.test/", "//[", "http://"]) {
      expect(() => nextHop(hop, from, 302, place, [])).toThrow(/redirects/);
    }
    for (const status of [200, 300, 304, 404]) expect(nextHop(hop, from, status, "/y", [])).toBeUndefined();
  });
});
