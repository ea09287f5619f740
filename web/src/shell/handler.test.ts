import { describe, expect, test } from "bun:test";
import { createShell } from "./handler";
import { safePath } from "./path";

const token = (seconds: number) =>
  `e30.${Buffer.from(JSON.stringify({ email: "a@b.c", exp: Date.now() / 1000 + seconds })).toString("base64url")}.s`;
const member = `dap_access=${token(300)}`;

function world(status = 200, html = "<!DOCTYPE html><p>page</p>") {
  const sent: { url: string; method: string | undefined; headers: Headers }[] = [];
  const handler = createShell(
    {
      publicUrl: "http://localhost:8080",
      apiUrl: () => "http://api",
      fetch: async (url, init) => {
        sent.push({ url, method: init.method, headers: new Headers(init.headers) });
        return new Response('{"ok":true}', {
          headers: { etag: '"4"', "x-internal": "secret", "content-type": "application/json" },
        });
      },
    },
    {
      files: async () => undefined,
      renderPage: async (request) =>
        request.url.endsWith("/boom")
          ? Promise.reject(new Error("secret"))
          : new Response(html, { status, headers: { "content-type": "text/html; charset=utf-8" } }),
      styleHref: "/assets/style.css",
    },
  );
  const ask = (path: string, init: RequestInit = {}) => handler(new Request(`http://localhost:8080${path}`, init));
  return { ask, sent };
}

const own = { origin: "http://localhost:8080", "x-requested-with": "dap-web", cookie: member };

describe("the webapp's shell", () => {
  test("sends strangers to the login page with the way back, and members away from it", async () => {
    const { ask } = world();
    const stranger = await ask("/t/a/runs?status=failed");
    expect([stranger.status, stranger.headers.get("location")]).toEqual([
      303,
      "/login?next=%2Ft%2Fa%2Fruns%3Fstatus%3Dfailed",
    ]);
    expect((await ask("/login", { headers: { cookie: member } })).headers.get("location")).toBe("/");
  });

  test("lets a link from another site come again, since strict cookies are not sent with it", async () => {
    const { ask } = world();
    const answer = await ask("/t/a/runs", { headers: { "sec-fetch-site": "cross-site" } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('http-equiv="refresh"');
  });

  test("gives every page a policy with a nonce of its own, and no framing", async () => {
    const { ask } = world();
    const policies = await Promise.all(
      ["/login", "/login"].map(async (path) => (await ask(path)).headers.get("content-security-policy")),
    );
    expect(policies[0]).toContain("frame-ancestors 'none'");
    expect(policies[0]).not.toContain("script-src 'unsafe-inline'");
    expect(policies[0]).not.toBe(policies[1]);
  });

  test("answers HEAD like GET, without the body", async () => {
    const { ask } = world();
    const head = await ask("/login", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(head.headers.get("content-type")).toBe("text/html; charset=utf-8");
  });

  test("replaces the framework's bare errors, keeps pages with refused forms, and hides what broke", async () => {
    const bare = await world(404, "<html><body>bare</body></html>").ask("/login");
    expect([bare.status, (await bare.text()).includes("Nothing here")]).toEqual([404, true]);
    const refused = await world(401).ask("/login");
    expect([refused.status, (await refused.text()).includes("page")]).toEqual([401, true]);
    const broken = await world().ask("/boom");
    expect([broken.status, (await broken.text()).includes("secret")]).toEqual([500, false]);
  });

  test("compresses pages for those who take it", async () => {
    const { ask } = world(200, `<!DOCTYPE html>${"a".repeat(4_000)}`);
    const answer = await ask("/login", { headers: { "accept-encoding": "gzip" } });
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(Bun.gunzipSync(new Uint8Array(await answer.arrayBuffer())).byteLength).toBe(4_015);
  });

  test("passes requests of its own pages to the API with the token, and answers without inner headers", async () => {
    const { ask, sent } = world();
    const answer = await ask("/session/api/teams/t/workflows?limit=5", { headers: { ...own, "if-match": '"3"' } });
    expect(sent[0]?.url).toBe("http://api/api/v1/teams/t/workflows?limit=5");
    expect(sent[0]?.headers.get("authorization")).toStartWith("Bearer e30.");
    expect(sent[0]?.headers.get("if-match")).toBe('"3"');
    expect(sent[0]?.headers.get("cookie")).toBeNull();
    expect([answer.headers.get("etag"), answer.headers.get("x-internal")]).toEqual(['"4"', null]);
  });

  test.each([
    ["a foreign origin", { ...own, origin: "http://evil.example" }, 403],
    ["no origin", { "x-requested-with": "dap-web", cookie: member }, 403],
    ["a foreign form", { origin: own.origin, cookie: member }, 403],
    ["a cross-site fetch", { ...own, "sec-fetch-site": "cross-site" }, 403],
    ["a look-alike", { ...own, origin: "http://localhost:8080.evil.example" }, 403],
    ["no session", { origin: own.origin, "x-requested-with": "dap-web" }, 401],
  ])("refuses to change anything for %s", async (_, headers, status) => {
    const { ask, sent } = world();
    const answer = await ask("/session/api/teams/t/workflows", { method: "POST", headers, body: "{}" });
    expect(answer.status).toBe(status);
    expect(sent).toHaveLength(0);
  });

  test("passes nothing on but teams and tickets", async () => {
    const { ask, sent } = world();
    for (const path of ["/auth/refresh", "/teamsx", "/teams/..%2fauth", "/internal"]) {
      expect((await ask(`/session/api${path}`, { method: "POST", headers: own })).status).toBe(404);
    }
    expect(sent).toHaveLength(0);
    expect((await ask("/session/api/realtime/tickets", { method: "POST", headers: own })).status).toBe(200);
  });

  test("logs out and changes the theme only for its own forms, and goes back only to its own pages", async () => {
    const { ask } = world();
    const foreign = await ask("/session/logout", { method: "POST", headers: { origin: "http://evil.example" } });
    expect(foreign.status).toBe(403);
    const body = new URLSearchParams({ theme: "dark" });
    const headers = { origin: own.origin, referer: "http://localhost:8080/t/a/runs?x=1" };
    const themed = await ask("/session/theme", { method: "POST", headers, body });
    expect([themed.headers.get("location"), themed.headers.get("set-cookie")?.split(";")[0]]).toEqual([
      "/t/a/runs?x=1",
      "dap_theme=dark",
    ]);
    const odd = await ask("/session/theme", {
      method: "POST",
      headers: { ...headers, referer: "http://e.example//evil.example" },
      body,
    });
    expect(odd.headers.get("location")).toBe("/");
  });
});

describe("a path to go on to", () => {
  test("is one of this site", () => {
    expect(["/t/a", "/t/a?b=c#d"].map(safePath)).toEqual(["/t/a", "/t/a?b=c#d"]);
    const bad = [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "javascript:x",
      "/a\nb",
      "/\t/evil",
      "/\u2028/evil", // no header can carry it
      "/a b",
      "",
      null,
      undefined,
    ];
    expect(bad.map(safePath)).toEqual(bad.map(() => "/"));
  });
});
