import { webProofHeader } from "@dap/edge";
import { defineConfig, integer, optional, secret, text, url } from "@dap/platform/config";
import { createLogger } from "@dap/platform/log";
import type { Secret } from "@dap/platform/secret";
import { mintServiceToken } from "@dap/platform/service-token";

const built = new URL("../../../web/server/entry.web.js", import.meta.url).pathname;

type WebHandler = (request: Request) => Promise<Response>;
type WebModule = {
  readonly createWebHandler: (config: {
    publicUrl: string;
    apiUrl: string | (() => string);
    fetch: (url: string, init: RequestInit) => Promise<Response>;
    onError: (error: unknown, request: Request) => void;
  }) => WebHandler;
};

/** Loads the built webapp. Its build is a file of its own, so that the rest starts without Vite. */
export async function loadWeb(
  publicUrl: string,
  apiUrl: string | (() => string),
  serviceSecret: Secret<string> | undefined,
): Promise<WebHandler> {
  const log = createLogger({ service: "web" });
  // The built module's shape is that of web/src/entry.web.ts, which this program cannot import: it needs Vite's virtual modules.
  const module = (await import(built)) as WebModule;
  return module.createWebHandler({
    publicUrl,
    apiUrl,
    fetch: serviceSecret ? fetchFor(serviceSecret) : fetch,
    onError: (error, request) => log.error("A page failed.", { error, path: new URL(request.url).pathname }),
  });
}

/** Proves to the edge who is asking, so that it counts logins by the address of the browser and not by that of this server. */
const fetchFor = (serviceSecret: Secret<string>) => async (to: string, init: RequestInit) => {
  const headers = new Headers(init.headers);
  headers.set(webProofHeader, await mintServiceToken("web", serviceSecret));
  return fetch(to, { ...init, headers });
};

/** Settings of the webapp as a process of its own. */
export const readWebConfig = defineConfig({
  port: integer("PORT", { default: 0, max: 65_535, meaning: "port to listen on; 0 takes a free one" }),
  hostname: text("HOSTNAME_LISTEN", { default: "127.0.0.1", meaning: "address to listen on" }),
  publicUrl: url("PUBLIC_URL", { default: "http://localhost:8080", meaning: "base of every link" }),
  apiUrl: url("API_URL", { meaning: "where the public API is reached from here, without /api/v1" }),
  serviceSecret: optional(
    secret("SERVICE_SECRET", {
      meaning: "proves services to each other; without it all browsers count as one address at the edge",
    }),
  ),
});

/** The webapp as a process of its own. */
export async function startWeb(
  config: ReturnType<typeof readWebConfig>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const handler = await loadWeb(config.publicUrl, config.apiUrl, config.serviceSecret);
  const server = Bun.serve({ port: config.port, hostname: config.hostname, reusePort: false, fetch: handler });
  return { url: `http://${config.hostname}:${server.port}`, stop: () => server.stop() };
}
