import { describe, expect, test } from "bun:test";
import { corsHeaders, isOpenToEmbeds, preflight } from "./cors";

const from = (origin: string) => new Request("http://localhost/", { headers: { origin } });
const shop = { origins: ["https://shop.example"] };

describe("a page of another origin", () => {
  test("may read answers when exactly its origin is listed", () => {
    const allowed = (origin: string) => new Map(corsHeaders(from(origin), shop)).get("access-control-allow-origin");
    expect(allowed("https://shop.example")).toBe("https://shop.example");
    for (const other of ["https://shop.example.evil.test", "http://shop.example", "https://shop.example:8443", "null"])
      expect(allowed(other)).toBeUndefined();
  });
  test("may send a token, and never cookies", () => {
    const { headers } = preflight(from("https://shop.example"), shop, ["POST"]);
    expect(headers.get("access-control-allow-headers")).toContain("authorization");
    expect(headers.get("access-control-allow-credentials")).toBeNull();
  });
  test("reaches what is guarded by tokens, not what is guarded by cookies", () => {
    expect(isOpenToEmbeds("/api/v1/teams/t/workflows/w/runs")).toBe(true);
    expect(isOpenToEmbeds("/api/v1/realtime/tickets")).toBe(true);
    for (const path of ["/api/v1/auth/refresh", "/api/v1/auth/login", "/mailbox", "/"])
      expect(isOpenToEmbeds(path)).toBe(false);
  });
});
