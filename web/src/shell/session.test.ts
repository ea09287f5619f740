import { describe, expect, test } from "bun:test";
import { identityCookies } from "./cookie";
import { createSessions, readToken } from "./session";

const token = (expSeconds: number, mark = "a") =>
  `e30.${Buffer.from(JSON.stringify({ email: "ada@example.com", exp: expSeconds, mark })).toString("base64url")}.sig`;

function world({ fails = false } = {}) {
  const calls: { url: string; cookie: string | null; origin: string | null }[] = [];
  let nowMs = 1_000_000;
  const sessions = createSessions({
    apiBase: () => "http://api/api/v1",
    publicOrigin: "http://localhost",
    nowMs: () => nowMs,
    fetch: async (url, init) => {
      const headers = new Headers(init.headers);
      calls.push({ url, cookie: headers.get("cookie"), origin: headers.get("origin") });
      await Bun.sleep(1);
      if (fails) return new Response('{"code":"REFRESH_REFUSED","detail":"No."}', { status: 401 });
      const body = { accessToken: token(nowMs / 1000 + 300, String(calls.length)), expiresInSeconds: 300 };
      return new Response(JSON.stringify(body), { headers: { "set-cookie": `refresh=r${calls.length}; Path=/` } });
    },
  });
  const request = (cookie: string) => new Request("http://localhost/t/a", { headers: cookie ? { cookie } : {} });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { sessions, calls, request, pass };
}

describe("a session", () => {
  test("is used as it is while its token is good", async () => {
    const { sessions, calls, request } = world();
    const { session, setCookies } = await sessions.resolve(request(`dap_access=${token(1_300)}; refresh=r0`));
    expect(session?.email).toBe("ada@example.com");
    expect(setCookies).toEqual([]);
    expect(calls).toHaveLength(0);
  });

  test("is renewed when the token is about to end, with identity's cookies only", async () => {
    const { sessions, calls, request } = world();
    const { session, setCookies } = await sessions.resolve(
      request(`dap_access=${token(1_005)}; dap_theme=dark; refresh=r0`),
    );
    expect(session?.expiresAtMs).toBe(1_300_000);
    expect(calls).toEqual([
      { url: "http://api/api/v1/auth/refresh", cookie: "refresh=r0", origin: "http://localhost" },
    ]);
    expect(setCookies[0]).toBe("refresh=r1; Path=/");
    expect(setCookies[1]).toMatch(/^dap_access=.*; Path=\/; Max-Age=300; SameSite=Lax; HttpOnly$/);
  });

  test("is renewed once however many ask with the same refresh cookie, and again for the next cookie", async () => {
    const { sessions, calls, request, pass } = world();
    const all = await Promise.all(Array.from({ length: 20 }, () => sessions.resolve(request("refresh=r0"))));
    expect(calls).toHaveLength(1);
    expect(new Set(all.map(({ session }) => session?.accessToken)).size).toBe(1);
    await sessions.resolve(request("refresh=r1"));
    expect(calls).toHaveLength(2);
    pass(9_000);
    await sessions.resolve(request("refresh=r0"));
    expect(calls).toHaveLength(3);
  });

  test("does not exist without cookies, with a forged token only, or when identity refuses", async () => {
    const { sessions, calls, request } = world({ fails: true });
    expect((await sessions.resolve(request(""))).session).toBeUndefined();
    expect((await sessions.resolve(request("dap_access=nonsense"))).session).toBeUndefined();
    expect(calls).toHaveLength(0);
    expect(await sessions.resolve(request("refresh=r0"))).toEqual({ session: undefined, setCookies: [] });
  });

  test("tells why logging in was refused", async () => {
    const { sessions, request } = world({ fails: true });
    expect(await sessions.logIn({}, request(""))).toEqual({ kind: "refused", code: "REFRESH_REFUSED", detail: "No." });
  });

  test("is forgotten on logging out, whatever identity says", async () => {
    const { sessions, request } = world({ fails: true });
    expect((await sessions.logOut(request("refresh=r0"))).at(-1)).toContain("dap_access=; Path=/; Max-Age=0");
  });

  test("is not read from what is no token", () => {
    expect(readToken("a.b.c")).toBeUndefined();
    expect(readToken(`e30.${Buffer.from("null").toString("base64url")}.x`)).toBeUndefined();
    expect(identityCookies("dap_access=1; a=2;b=3=4; dap_theme=x")).toBe("a=2; b=3=4");
  });
});
