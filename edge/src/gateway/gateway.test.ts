import { describe, expect, test } from "bun:test";
import { Failure } from "@dap/platform/failure";
import { Secret } from "@dap/platform/secret";
import { mintServiceToken } from "@dap/platform/service-token";
import { limitBody } from "./body-limit";
import { createCallerAddress, webProofHeader } from "./caller-address";
import { checkRequest, isLocalCall } from "./check-request";

const publicUrl = new URL("http://localhost:8080");
const withHeaders = (headers: Record<string, string>) => new Request("http://localhost/x", { headers });
const statusOf = async (work: () => unknown): Promise<number> => {
  try {
    await work();
    return 200;
  } catch (error) {
    return error instanceof Failure ? error.status : 500;
  }
};

describe("a request at the gate", () => {
  test("is refused when its target is no URL or its length is not one number", async () => {
    const given = (url: string, headers: Record<string, string> = {}) => ({ url, headers: new Headers(headers) });
    const check = (request: object) => statusOf(() => checkRequest(request as Request)); // the server's own object has more
    expect(await check(given("/no/host"))).toBe(400);
    expect(await check(given("localhost:80"))).toBe(400);
    expect(await check(given("http://h/", { "content-length": "5, 5" }))).toBe(400);
    expect(await check(given("http://h/", { "content-length": "5" }))).toBe(200);
  });

  test("is local only when it calls this machine by its own name, with nobody in between", () => {
    const isLocal = (headers: Record<string, string>) => isLocalCall(withHeaders(headers), publicUrl);
    for (const host of ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "localhost"])
      expect(isLocal({ host })).toBe(true);
    for (const host of ["evil.example:8080", "localhost.evil.example", "127.0.0.1.nip.io", ""])
      expect(isLocal({ host })).toBe(false);
    for (const name of ["x-forwarded-for", "forwarded", "via"])
      expect(isLocal({ host: "localhost", [name]: "1" })).toBe(false);
  });

  test("counts for its own address, whatever it says, unless the webapp's server proves to speak for it", async () => {
    const secret = new Secret("s".repeat(40));
    const addressOf = createCallerAddress(secret);
    const told = { "x-forwarded-for": "203.0.113.9" };
    const proof = async (name: "web" | "edge", by = secret) => ({
      ...told,
      [webProofHeader]: await mintServiceToken(name, by),
    });
    expect(await addressOf(withHeaders(told), "127.0.0.1")).toBe("127.0.0.1");
    expect(await addressOf(withHeaders({ ...told, [webProofHeader]: "x" }), "127.0.0.1")).toBe("127.0.0.1");
    expect(await addressOf(withHeaders(await proof("web", new Secret("t".repeat(40)))), "127.0.0.1")).toBe("127.0.0.1");
    expect(await addressOf(withHeaders(await proof("edge")), "127.0.0.1")).toBe("127.0.0.1");
    expect(await addressOf(withHeaders(await proof("web")), "127.0.0.1")).toBe("203.0.113.9");
  });

  test("carries no more of a body than its reader takes, said or unsaid", async () => {
    const post = (body: BodyInit, headers = {}) => new Request("http://localhost/", { method: "POST", body, headers });
    const limit = (request: Request) => limitBody(request, request.headers, 10);
    expect(await (await limit(post("0123456789"))).text()).toBe("0123456789");
    expect(await statusOf(() => limit(post("0123456789x")))).toBe(413);
    expect(await statusOf(() => limit(post("x", { "content-length": "11" })))).toBe(413);
    const unsaid = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(4)), // without an end
    });
    expect(await statusOf(() => limit(post(unsaid)))).toBe(413);
  });
});
