import { afterAll, describe, expect, test } from "bun:test";
import * as zlib from "node:zlib";
import { createEgress } from "./client";
import { serveRaw } from "./test-listener";
import type { EgressLimits } from "./type";

const mebibyte = 1_048_576;
const stops: (() => void)[] = [];
afterAll(() => {
  for (const stop of stops) stop();
});

/** Asks a server that behaves as `answer` says, and gives the outcome in one word. */
async function outcome(answer: Parameters<typeof serveRaw>[0], limits: Partial<EgressLimits> = {}): Promise<string> {
  const server = serveRaw(answer);
  const egress = createEgress({ allow: [{ kind: "network", cidr: "127.0.0.1/32" }], limits });
  stops.push(server.stop, egress.close);
  const result = await egress.request({ method: "GET", url: `http://127.0.0.1:${server.port}/`, timeoutMs: 5_000 });
  if (result.kind === "failed") return result.error.code;
  return `${result.response.status} ${result.response.body.length}`;
}

const packed = (encoding: string, body: Uint8Array) => (wire: Parameters<Parameters<typeof serveRaw>[0]>[0]) => {
  wire.write(
    `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`,
  );
  wire.write(body);
};
const says = (text: string) => (wire: Parameters<Parameters<typeof serveRaw>[0]>[0]) => wire.write(text);

describe("a packed body", () => {
  const text = Buffer.from("hello ".repeat(1_000));

  test("is unpacked for every coding that was asked for", async () => {
    expect(await outcome(packed("gzip", zlib.gzipSync(text)))).toBe("200 6000");
    expect(await outcome(packed("GZip", zlib.gzipSync(text)))).toBe("200 6000");
    expect(await outcome(packed("deflate", zlib.deflateSync(text)))).toBe("200 6000");
    expect(await outcome(packed("deflate", zlib.deflateRawSync(text)))).toBe("200 6000");
    expect(await outcome(packed("br", zlib.brotliCompressSync(text)))).toBe("200 6000");
    expect(await outcome(packed("zstd", zlib.zstdCompressSync(text)))).toBe("200 6000");
    expect(await outcome(packed("identity", text))).toBe("200 6000");
    expect(await outcome(packed("x-unknown", text))).toBe("200 6000");
  });

  test("that grows from 50 KB to 50 MB is given up at its limit, in every coding, with little memory", async () => {
    const zeros = Buffer.alloc(50 * mebibyte);
    const bombs = {
      gzip: zlib.gzipSync(zeros),
      deflate: zlib.deflateSync(zeros),
      br: zlib.brotliCompressSync(zeros, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
      zstd: zlib.zstdCompressSync(zeros),
    };
    Bun.gc(true);
    const before = process.memoryUsage.rss();
    for (const [encoding, bomb] of Object.entries(bombs)) {
      expect([encoding, await outcome(packed(encoding, bomb))]).toEqual([encoding, "INFLATE_LIMIT"]);
    }
    expect((process.memoryUsage.rss() - before) / mebibyte).toBeLessThan(100);
  });

  test("is refused when packed twice, and when it cannot be unpacked", async () => {
    expect(await outcome(packed("gzip, gzip", zlib.gzipSync(zlib.gzipSync(text))))).toBe("INFLATE_NESTED");
    expect(await outcome(packed("gzip,br", zlib.gzipSync(text)))).toBe("INFLATE_NESTED");
    expect(await outcome(packed("gzip", text))).toBe("INFLATE_FAILED");
    expect(await outcome(packed("gzip", zlib.gzipSync(text).subarray(0, 20)))).toBe("INFLATE_FAILED");
  });

  test("may not exceed the limit of a body once unpacked", async () => {
    expect(await outcome(packed("gzip", zlib.gzipSync(text)), { bodyBytes: 5_999 })).toBe("INFLATE_LIMIT");
    expect(await outcome(packed("gzip", zlib.gzipSync(text)), { bodyBytes: 6_000 })).toBe("200 6000");
  });
});

describe("an answer", () => {
  test("is refused before its body when it declares too much, and at the limit when it does not", async () => {
    const limits = { bodyBytes: mebibyte };
    expect(await outcome(says("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n"), limits)).toBe(
      "BODY_TOO_LARGE",
    );
    const endless = await outcome((wire) => {
      wire.write("HTTP/1.1 200 OK\r\n\r\n");
      wire.flood(Buffer.alloc(65_536), 500 * mebibyte);
    }, limits);
    expect(endless).toBe("BODY_TOO_LARGE");
    const chunked = await outcome((wire) => {
      wire.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
      wire.flood(Buffer.from(`10000\r\n${"x".repeat(65_536)}\r\n`), 500 * mebibyte);
    }, limits);
    expect(chunked).toBe("BODY_TOO_LARGE");
  });

  test("is refused for 10,000 headers, one endless header, or endless trailers", async () => {
    const many = Array.from({ length: 10_000 }, (_, n) => `x-${n}: v`).join("\r\n");
    expect(await outcome(says(`HTTP/1.1 200 OK\r\n${many}\r\ncontent-length: 2\r\n\r\nok`))).toBe("HEADERS_TOO_LARGE");
    const some = Array.from({ length: 300 }, (_, n) => `x-${n}: v`).join("\r\n");
    expect(await outcome(says(`HTTP/1.1 200 OK\r\n${some}\r\ncontent-length: 2\r\n\r\nok`))).toBe("HEADERS_TOO_LARGE");
    const before = process.memoryUsage.rss();
    const flood = (start: string) =>
      outcome((wire) => {
        wire.write(start);
        wire.flood(Buffer.alloc(65_536, "a"), 100 * mebibyte);
      });
    expect(await flood("HTTP/1.1 200 OK\r\nx-big: ")).toBe("HEADERS_TOO_LARGE");
    expect(await flood("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-big: ")).toBe("HEADERS_TOO_LARGE");
    expect((process.memoryUsage.rss() - before) / mebibyte).toBeLessThan(100);
  });

  test("a little larger than the runtime's own limit of 16 KB for headers is read", async () => {
    expect(await outcome(says(`HTTP/1.1 200 OK\r\nx: ${"a".repeat(40_000)}\r\ncontent-length: 2\r\n\r\nok`))).toBe(
      "200 2",
    );
  });

  test("is given up when it comes a byte at a time, stops, or never begins", async () => {
    const slow = { minRateWindowMs: 100, minBytesPerSecond: 1_024 };
    const drip = await outcome((wire) => {
      wire.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
      const timer = setInterval(() => wire.write("x"), 20);
      stops.push(() => clearInterval(timer));
    }, slow);
    expect(drip).toBe("BODY_TOO_SLOW");
    expect(await outcome(says("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nabc"), slow)).toBe("BODY_TOO_SLOW");
    expect(await outcome(says("HTTP/1.1 200 OK\r\ncontent-le"), { totalMs: 100 })).toBe("TIMEOUT");
    expect(await outcome(() => {}, { totalMs: 100 })).toBe("TIMEOUT");
  });

  test("that is quick enough is not given up for taking longer than the window", async () => {
    const steady = await outcome(
      (wire) => {
        wire.write("HTTP/1.1 200 OK\r\ncontent-length: 3000\r\n\r\n");
        let sent = 0;
        const timer = setInterval(() => {
          wire.write("x".repeat(300));
          sent += 300;
          if (sent === 3_000) clearInterval(timer);
        }, 30);
      },
      { minRateWindowMs: 100 },
    );
    expect(steady).toBe("200 3000");
  });

  test("is refused when it is not HTTP, or could be read in two ways", async () => {
    const texts = {
      garbage: "SSH-2.0-OpenSSH_9.2\r\n",
      twoLengths: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 4\r\n\r\nokok",
      lengthAndChunks: "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      negative: "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nok",
      folded: "HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 2\r\n\r\nok",
      nul: "HTTP/1.1 200 OK\r\nx: a\u0000b\r\ncontent-length: 2\r\n\r\nok",
      chunkSize: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
      upgrade: "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
      notices: "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100),
    };
    for (const [name, text] of Object.entries(texts))
      expect([name, await outcome(says(text), { totalMs: 500 })]).toEqual([name, "BAD_RESPONSE"]);
  });

  test("cut short is a lost connection, not a short body", async () => {
    const cut = (text: string) =>
      outcome((wire) => {
        wire.write(text);
        wire.end();
      });
    expect(await cut("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")).toBe("CONNECTION_LOST");
    expect(await cut("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")).toBe("CONNECTION_LOST");
    expect(await cut("HTTP/1.1 200 OK\r\n\r\nabc")).toBe("200 3");
  });

  test("keeps a header named like a prototype as a header, on a kept connection too", async () => {
    const head =
      "HTTP/1.1 200 OK\r\n__proto__: p\r\nconstructor: c\r\nx: 1\r\nx: 2\r\nkeep-alive: timeout=5\r\ncontent-length: 0\r\n\r\n";
    const server = serveRaw(says(head));
    const egress = createEgress({ allow: [{ kind: "network", cidr: "127.0.0.1/32" }] });
    stops.push(server.stop, egress.close);
    for (const _ of [1, 2]) {
      const result = await egress.request({ method: "GET", url: `http://127.0.0.1:${server.port}/` });
      if (result.kind !== "answered") throw new Error(result.error.code);
      expect(Object.entries(result.response.headers).slice(0, 3)).toEqual([
        ["__proto__", "p"],
        ["constructor", "c"],
        ["x", "1, 2"],
      ]);
    }
  });

  test("cannot bring the process down by the names of its headers, once `Object.prototype` is frozen", async () => {
    const server = serveRaw(
      says(
        "HTTP/1.1 103 Early Hints\r\nconstructor: c\r\n\r\nHTTP/1.1 200 OK\r\n__proto__: p\r\nconstructor: c\r\ntoString: t\r\nkeep-alive: timeout=5\r\ncontent-length: 2\r\n\r\nok",
      ),
    );
    stops.push(server.stop);
    const script = `const { createEgress } = await import(process.env.EGRESS_CLIENT ?? "");
      const egress = createEgress({ allow: [{ kind: "network", cidr: "127.0.0.1/32" }] });
      Object.freeze(Object.prototype);
      for (let n = 0; n < 3; n += 1) {
        const result = await egress.request({ method: "GET", url: "http://127.0.0.1:${server.port}/" });
        console.log(result.kind === "answered" ? result.response.status : result.error.code);
      }
      egress.close();`;
    const env = { ...process.env, EGRESS_CLIENT: `${import.meta.dir}/client` };
    const child = Bun.spawn([process.execPath, "-e", script], { env, stdout: "pipe", stderr: "inherit" });
    expect((await new Response(child.stdout).text()).trim()).toBe("200\n200\n200");
    expect(await child.exited).toBe(0);
  });
});
