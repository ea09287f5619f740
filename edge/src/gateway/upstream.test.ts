import { describe, expect, test } from "bun:test";
import { findUpstream } from "./upstream";

describe("the gateway", () => {
  test.each([
    ["/api/v1/auth/login", "identity"],
    ["/.well-known/jwks.json", "identity"],
    ["/api/v1/teams", "team"],
    ["/api/v1/teams/t1", "team"],
    ["/api/v1/teams/t1/members/a1", "team"],
    ["/api/v1/teams/t1/workflows", "data"],
    ["/api/v1/teams/t1/runs/r1/events", "data"],
    ["/api/v1/realtime/tickets", "realtime"],
    ["/realtime", "realtime"],
    ["/resume/abc", "data"],
    ["/api/v1/resume/abc", "data"],
    ["/w/abc", "edge"],
    ["/docs", "edge"],
    ["/", "web"],
    ["/t/ann/workflows", "web"],
  ] as const)("sends %s to %s", (path, upstream) => {
    expect(findUpstream(path)).toBe(upstream);
  });

  test.each([
    "/internal/routes",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/v2/teams",
    "/api/v1/unknown",
    "/api/v1//teams",
    "/api/v1/teams/%2e%2e/internal",
    "/api/v1/teams/..%2Finternal",
    "/api/v1/teams;x=1",
    "/api\\v1",
    "/a/../internal",
    "/%2E%2E/internal",
    "/x%00",
  ])("forwards %s to nobody", (path) => {
    expect(findUpstream(path)).toBeUndefined();
  });
});
