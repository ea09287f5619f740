import { describe, expect, test } from "bun:test";
import { silentLogger } from "@dap/platform/log";
import { Secret } from "@dap/platform/secret";
import { createApp, type EdgeDeps } from "./app";
import { webProofHeader } from "./gateway/caller-address";

/** The edge before a webapp that tells what it was given; nothing else is there. */
async function askWeb(publicUrl: string, headers: Record<string, string>) {
  let seen: Request | undefined;
  const app = createApp({
    publicUrl: new URL(publicUrl),
    upstreams: {} as EdgeDeps["upstreams"],
    web: async (request) => {
      seen = request;
      return new Response("page");
    },
    ownPages: async () => new Response("own"),
    embeds: { origins: [] },
    webhook: {} as EdgeDeps["webhook"],
    log: silentLogger,
    serviceSecret: new Secret("s".repeat(40)),
  });
  const server = { requestIP: () => ({ address: "192.0.2.7" }), timeout: () => {} };
  const request = new Request("http://localhost:8080/login", { headers });
  // The parts of Bun's server that a page's request meets.
  const answer = await app(request, server as unknown as Parameters<typeof app>[1]);
  return { answer, seen: seen?.headers };
}

describe("the webapp behind the edge", () => {
  test("hears from us alone who is asking, and by which name we were called", async () => {
    const forged = {
      host: "localhost:8080",
      "x-forwarded-for": "203.0.113.1",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "javascript",
      "x-real-ip": "203.0.113.1",
      forwarded: "for=203.0.113.1",
      [webProofHeader]: "x",
    };
    const { seen } = await askWeb("http://localhost:8080", forged);
    expect([seen?.get("x-forwarded-for"), seen?.get("x-forwarded-proto")]).toEqual(["192.0.2.7", "http"]);
    expect(seen?.get("host")).toBe("localhost:8080");
    for (const name of ["x-forwarded-host", "x-real-ip", "forwarded", webProofHeader])
      expect(seen?.get(name)).toBeNull();
  });

  test("is to be called by TLS alone where its address says so", async () => {
    const policyOf = async (url: string) =>
      (await askWeb(url, {})).answer?.headers.get("strict-transport-security") ?? null;
    expect(await policyOf("https://dap.example.com")).toStartWith("max-age=31536000");
    expect(await policyOf("http://localhost:8080")).toBeNull();
  });
});
