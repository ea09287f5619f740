import { defineConfig, integer, text, url } from "@dap/platform/config";
import { createLogger } from "@dap/platform/log";

const built = new URL("../../../web/server/entry.web.js", import.meta.url).pathname;

type WebHandler = (request: Request) => Promise<Response>;
type WebModule = {
  readonly createWebHandler: (config: {
    publicUrl: string;
    apiUrl: string | (() => string);
    onError: (error: unknown, request: Request) => void;
  }) => WebHandler;
};

/** Loads the built webapp. Its build is a file of its own, so that the rest starts without Vite. */
export async function loadWeb(publicUrl: string, apiUrl: string | (() => string)): Promise<WebHandler> {
  const log = createLogger({ service: "web" });
  // The built module's shape is that of web/src/entry.web.ts, which this program cannot import: it needs Vite's virtual modules.
  const module = (await import(built)) as WebModule;
  return module.createWebHandler({
    publicUrl,
    apiUrl,
    onError: (error, request) => log.error("A page failed.", { error, path: new URL(request.url).pathname }),
  });
}

/** Settings of the webapp as a process of its own. */
export const readWebConfig = defineConfig({
  port: integer("PORT", { default: 0, max: 65_535, meaning: "port to listen on; 0 takes a free one" }),
  hostname: text("HOSTNAME_LISTEN", { default: "127.0.0.1", meaning: "address to listen on" }),
  publicUrl: url("PUBLIC_URL", { default: "http://localhost:8080", meaning: "base of every link" }),
  apiUrl: url("API_URL", { meaning: "where the public API is reached from here, without /api/v1" }),
});

/** The webapp as a process of its own. */
export async function startWeb(
  config: ReturnType<typeof readWebConfig>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const handler = await loadWeb(config.publicUrl, config.apiUrl);
  const server = Bun.serve({ port: config.port, hostname: config.hostname, reusePort: false, fetch: handler });
  return { url: `http://${config.hostname}:${server.port}`, stop: () => server.stop() };
}
