/** A page of somebody else's site with the web component on it. */
export type HostPage = {
  /** As browsers send it. */
  readonly origin: string;
  readonly stop: () => void;
};

export type HostPageOptions = {
  readonly platformUrl: string;
  readonly ids: () => { readonly team: string; readonly workflow: string };
  /** What the site's own server answers to the page that asks for a token. */
  readonly token: () => Promise<string>;
};

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; background: light-dark(#f6f7f9, #0f1218); color: light-dark(#1a1f29, #e8ecf3); }
main { max-width: 36rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 1.4rem; }`;

/** Keeps what the element tells in `told`, for the test to read. */
const script = ({ team, workflow }: ReturnType<HostPageOptions["ids"]>) => `
window.told = [];
for (const name of ["ready", "progress", "result", "error", "auth-expired"])
  document.addEventListener("dap-" + name, ({ detail }) => window.told.push({ name, detail }));
const element = document.querySelector("dap-workflow");
element.getToken = async () => (await fetch("/token")).text();
element.team = ${JSON.stringify(team)};
element.workflow = ${JSON.stringify(workflow)};`;

/**
 * Serves such a page on a free loopback port, under a policy that lets in the platform's scripts and connections and
 * nothing else: no inline script or style, no markup from strings but Lit's.
 */
export function startHostPage({ platformUrl, ids, token }: HostPageOptions): HostPage {
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${platformUrl}`,
    `connect-src 'self' ${platformUrl} ${platformUrl.replace(/^http/, "ws")}`,
    "style-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types lit-html",
  ].join("; ");
  const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Garden shop</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/page.css">
    <script type="module" src="${platformUrl}/component/dap-workflow.js"></script>
    <script type="module" src="/page.js"></script>
  </head>
  <body><main><h1>Garden shop</h1><dap-workflow src="${platformUrl}"></dap-workflow></main></body>
</html>`;
  const answer = (body: string, type: string) =>
    new Response(body, { headers: { "content-type": `${type}; charset=utf-8`, "content-security-policy": policy } });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    routes: {
      "/": () => answer(page, "text/html"),
      "/page.css": () => answer(style, "text/css"),
      "/page.js": () => answer(script(ids()), "text/javascript"),
      "/token": async () => answer(await token(), "text/plain"),
    },
    fetch: () => new Response(null, { status: 404 }),
  });
  return { origin: `http://127.0.0.1:${server.port}`, stop: () => void server.stop(true) };
}
