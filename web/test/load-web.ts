import type { WebConfig, WebHandler } from "../src/shell/handler";

/** The build's one export. A path in a variable, because the file is made by the build and unknown to the type checker. */
export async function loadWeb(): Promise<(config: WebConfig) => WebHandler> {
  const path = new URL("../server/entry.web.js", import.meta.url).href;
  const built: { createWebHandler: (config: WebConfig) => WebHandler } = await import(path);
  return built.createWebHandler;
}
