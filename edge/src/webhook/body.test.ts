import { describe, expect, test } from "bun:test";
import { Failure } from "@dap/platform/failure";
import { bodyParser, collect } from "./body";

const readBody = async (request: Request, bytesMax: number) => bodyParser(request, bytesMax)(await request.bytes());

const post = (body: BodyInit, type: string | undefined = "application/json", headers: Record<string, string> = {}) =>
  new Request("http://localhost/w/x", {
    method: "POST",
    body,
    headers: { ...(type === undefined ? {} : { "content-type": type }), ...headers },
  });

async function codeOf(request: Request, bytesMax = 1_000): Promise<string> {
  try {
    await readBody(request, bytesMax);
    return "read";
  } catch (error) {
    return error instanceof Failure ? `${error.status} ${error.code}` : String(error);
  }
}

describe("the body of a webhook", () => {
  test("with a number that JSON cannot write again is refused: what is stored must be what was computed with", async () => {
    for (const number of ["1e400", "-1E+999", "9".repeat(400)])
      expect(await codeOf(post(`{"a":[${number}]}`))).toBe("422 NUMBER_TOO_LARGE");
    expect(await readBody(post('{"a":1e300,"b":"1e999"}'), 100)).toEqual({ a: 1e300, b: "1e999" });
  });

  test("is JSON, form fields or text, by its type", async () => {
    expect(await readBody(post('{"a":[1]}'), 100)).toEqual({ a: [1] });
    expect(await readBody(post('{"a":1}', "application/cloudevents+json; charset=utf-8"), 100)).toEqual({ a: 1 });
    expect(await readBody(post("a=1&b=2&a=3", "application/x-www-form-urlencoded"), 100)).toEqual({
      a: ["1", "3"],
      b: "2",
    });
    expect(await readBody(post("hello", "text/plain"), 100)).toBe("hello");
    expect(await readBody(post("", "application/json"), 100)).toBeNull();
  });

  test("that cannot be read is refused with its own code", async () => {
    expect(await codeOf(post("{oops"))).toBe("400 MALFORMED_JSON");
    expect(await codeOf(post(new Uint8Array([0xff, 0xfe])))).toBe("400 MALFORMED_TEXT");
    expect(await codeOf(post("x", "image/png"))).toBe("415 UNSUPPORTED_MEDIA_TYPE");
    expect(await codeOf(post(new Uint8Array([0xff, 0xfe]), "image/png"))).toBe("415 UNSUPPORTED_MEDIA_TYPE");
    expect(await codeOf(post("x", "application/json", { "content-encoding": "gzip" }))).toBe(
      "415 UNSUPPORTED_MEDIA_TYPE",
    );
  });

  test("over the limit is refused, also without a declared length", async () => {
    expect(await codeOf(post(JSON.stringify("x".repeat(1_000))), 1_000)).toBe("413 BODY_TOO_LARGE");
    const chunks = new ReadableStream({
      start(controller) {
        for (let index = 0; index < 20; index += 1) controller.enqueue(new TextEncoder().encode(" ".repeat(100)));
        controller.close();
      },
    });
    expect(await codeOf(post(chunks), 1_000)).toBe("413 BODY_TOO_LARGE");
  });

  test("may nest 64 levels and no more", async () => {
    const nested = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
    expect(await codeOf(post(nested(64)))).toBe("read");
    expect(await codeOf(post(nested(66)))).toBe("422 JSON_TOO_DEEP");
    expect(await codeOf(post(nested(10_000)), 1_000_000)).toBe("422 JSON_TOO_DEEP");
    const wide = (count: number) => `{${Array.from({ length: count }, (_, n) => `"k${n}":1`)}}`;
    const long = (count: number) => `[${"0,".repeat(count)}0]`;
    expect(await codeOf(post(wide(10_001)), 1_000_000)).toBe("422 JSON_TOO_MANY_VALUES");
    expect(await codeOf(post(long(300_000)), 1_000_000)).toBe("422 JSON_TOO_MANY_VALUES");
    expect(await readBody(post(wide(10_000)), 1_000_000)).toBeObject();
    expect(await readBody(post(long(300_000)), 10_000_000)).toBeArrayOfSize(300_001);
  });

  test("keeps the keys of prototypes as data", async () => {
    const body = await readBody(post('{"__proto__":{"admin":true},"constructor":1}'), 100);
    expect(Object.keys(body as object)).toEqual(["__proto__", "constructor"]);
    expect(Object.keys(collect(new URLSearchParams("__proto__=x")))).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });
});
