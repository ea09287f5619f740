import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { isGlobal, parseAddress } from "./address";
import { parseEgressAllow } from "./allow";
import { createEgress } from "./client";
import { resolveBySystem } from "./resolve";
import { globalAddresses, refusedHosts, refusedUrls } from "./test-corpus";
import { httpText, type RawServer, serveRaw } from "./test-listener";

let v4: RawServer;
let v6: RawServer;
beforeAll(() => {
  v4 = serveRaw((wire) => wire.write(httpText("200 OK", {}, "secret")), "0.0.0.0");
  v6 = serveRaw((wire) => wire.write(httpText("200 OK", {}, "secret")), "::1");
});
afterAll(() => {
  v4.stop();
  v6.stop();
});

/** The machine's own names are resolved for real; no test asks a name server. */
const resolve = async (host: string) => (/local|ip6/.test(host) ? resolveBySystem(host) : []);

const refusalCodes = ["EGRESS_ADDRESS_REFUSED", "EGRESS_SCHEME", "EGRESS_USERINFO", "EGRESS_URL", "DNS_FAILED"];

describe("the guarded client", () => {
  test("has a corpus of at least 150 entries that are all different", () => {
    expect(new Set([...refusedHosts, ...refusedUrls]).size).toBe(refusedHosts.length + refusedUrls.length);
    expect(refusedHosts.length + refusedUrls.length).toBeGreaterThanOrEqual(150);
  });

  test("reaches no private host, however it is written, over http or https", async () => {
    const egress = createEgress({ allow: [], resolve });
    for (const host of refusedHosts) {
      for (const url of [`http://${host}:${v4.port}/`, `http://${host}:${v6.port}/`, `https://${host}:${v4.port}/`]) {
        const result = await egress.request({ method: "GET", url, timeoutMs: 2_000 });
        if (result.kind !== "failed") throw new Error(`${url} was answered`);
        expect([url, refusalCodes.includes(result.error.code), result.error.code]).toEqual([
          url,
          true,
          result.error.code,
        ]);
        expect(result.error.details).toMatchObject({ sent: false });
      }
    }
    expect([v4.connections(), v6.connections()]).toEqual([0, 0]);
  });

  test("follows no URL of another scheme, with a user name, or meant to confuse parsers", async () => {
    const egress = createEgress({ allow: [], resolve });
    for (const pattern of refusedUrls) {
      const url = pattern.replaceAll("PORT", String(v4.port));
      const result = await egress.request({ method: "GET", url, timeoutMs: 2_000 });
      if (result.kind !== "failed") throw new Error(`${url} was answered`);
      expect([url, refusalCodes.includes(result.error.code), result.error.code]).toEqual([
        url,
        true,
        result.error.code,
      ]);
    }
    expect([v4.connections(), v6.connections()]).toEqual([0, 0]);
  });

  test("is not sent elsewhere by proxy settings of its environment", async () => {
    const proxy = serveRaw((wire) => wire.write(httpText("200 OK", {}, "proxy")));
    const script = `const { createEgress } = await import(process.env.EGRESS_CLIENT ?? "");
      const egress = createEgress({ allow: [{ kind: "network", cidr: "127.0.0.1/32" }] });
      console.log(JSON.stringify(await egress.request({ method: "GET", url: "http://127.0.0.1:${v4.port}/" })));
      egress.close();`;
    const proxyUrl = `http://127.0.0.1:${proxy.port}`;
    const env = {
      ...process.env,
      EGRESS_CLIENT: `${import.meta.dir}/client`,
      HTTP_PROXY: proxyUrl,
      http_proxy: proxyUrl,
      ALL_PROXY: proxyUrl,
      NODE_USE_ENV_PROXY: "1",
      NO_PROXY: "",
    };
    const child = Bun.spawn([process.execPath, "-e", script], { env, stdout: "pipe", stderr: "inherit" });
    expect(JSON.parse(await new Response(child.stdout).text())).toMatchObject({ kind: "answered" });
    expect(proxy.connections()).toBe(0);
    proxy.stop();
  });
});

describe("an address", () => {
  test("is global when it belongs to anybody", () => {
    for (const text of globalAddresses) {
      const address = parseAddress(text);
      expect([text, address !== undefined && isGlobal(address)]).toEqual([text, true]);
    }
  });

  test("with a zone, or of no known form, is not read at all", () => {
    for (const text of [
      "fe80::1%eth0",
      "127.1",
      "0x7f000001",
      "017700000001",
      "",
      "example.com",
      "1.2.3.4.5",
      "[::1",
    ]) {
      expect(parseAddress(text)).toBeUndefined();
    }
  });
});

describe("EGRESS_ALLOW", () => {
  const reach = async (allow: string, url: string, answers: string[] = []) => {
    const egress = createEgress({ allow: parseEgressAllow(allow), resolve: async () => answers });
    const result = await egress.request({ method: "GET", url, timeoutMs: 2_000 });
    egress.close();
    return result.kind === "answered" ? "answered" : result.error.code;
  };

  test("opens an address, a network or a name, with all ports or one", async () => {
    const { port } = v4;
    const url = `http://127.0.0.1:${port}/`;
    for (const allow of [
      "127.0.0.1",
      "127.0.0.0/8",
      `127.0.0.1:${port}`,
      `127.0.0.0/8:${port}`,
      "10.0.0.0/8, 127.0.0.1",
      "::ffff:127.0.0.1",
    ]) {
      expect([allow, await reach(allow, url)]).toEqual([allow, "answered"]);
    }
    for (const allow of ["::1", `[::1]:${v6.port}`, "::/127", `[::1]/128:${v6.port}`]) {
      expect([allow, await reach(allow, `http://[::1]:${v6.port}/`)]).toEqual([allow, "answered"]);
    }
    for (const allow of ["nas.test", `nas.test:${port}`, "NAS.test.", "127.0.0.1"]) {
      expect([allow, await reach(allow, `http://nas.test:${port}/`, ["127.0.0.1"])]).toEqual([allow, "answered"]);
    }
  });

  test("opens nothing else", async () => {
    const { port } = v4;
    const url = `http://127.0.0.1:${port}/`;
    for (const allow of ["", "127.0.0.1:1", "127.0.0.2", "10.0.0.0/8", "localhost", "::1", "127.0.0.0/32"]) {
      expect([allow, await reach(allow, url)]).toEqual([allow, "EGRESS_ADDRESS_REFUSED"]);
    }
    for (const allow of ["other.test", "test", "nas.test:1", "as.test", "10.0.0.1"]) {
      expect([allow, await reach(allow, `http://nas.test:${port}/`, ["127.0.0.1"])]).toEqual([
        allow,
        "EGRESS_ADDRESS_REFUSED",
      ]);
    }
  });

  test("with a named address, uses that one and no other of the answers", async () => {
    expect(await reach("127.0.0.1", `http://nas.test:${v4.port}/`, ["::1", "127.0.0.1", "10.0.0.1"])).toBe("answered");
  });

  test("is refused as a whole when an entry cannot be read", () => {
    for (const text of [
      "300.1.1.1",
      "10.0.0.0/33",
      "127.1",
      "http://x",
      "a b!",
      "host:99999",
      "host:x",
      "127.0.0.1:0",
      "[::1",
      "*.test",
    ]) {
      expect(() => parseEgressAllow(text)).toThrow(/EGRESS_ALLOW/);
    }
  });
});
