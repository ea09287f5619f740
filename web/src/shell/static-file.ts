import { readdirSync } from "node:fs";
import { join } from "node:path";

export type StaticFiles = (request: Request) => Promise<Response | undefined>;

type Entry = { readonly path: string; readonly hasGzip: boolean };

const yearSeconds = 31_536_000;
const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  ico: "image/x-icon",
  png: "image/png",
  webmanifest: "application/manifest+json",
};

/**
 * Serves the client build. The list of files is read once, so no path from outside ever reaches the file system.
 * Files below `build/` and `assets/` carry a hash of their content in their names and are kept for ever by browsers.
 */
export function createStaticFiles(folder: string): StaticFiles {
  const entries = new Map(listFiles(folder).map((entry) => [`/${entry.path}`, entry]));
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined;
    const { pathname } = new URL(request.url);
    const entry = entries.get(pathname);
    if (entry) return answer(request, folder, entry);
    return isHashed(pathname) ? new Response("Not found\n", { status: 404, headers: plain }) : undefined;
  };
}

const plain = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
const isHashed = (pathname: string) => pathname.startsWith("/build/") || pathname.startsWith("/assets/");

function answer(request: Request, folder: string, entry: Entry): Response {
  const gzip = entry.hasGzip && /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  const file = Bun.file(join(folder, gzip ? `${entry.path}.gz` : entry.path));
  const etag = `"${file.size.toString(36)}-${file.lastModified.toString(36)}"`;
  const headers = new Headers({
    "content-type": types[entry.path.split(".").at(-1) ?? ""] ?? "application/octet-stream",
    "cache-control": isHashed(`/${entry.path}`)
      ? `public, max-age=${yearSeconds}, immutable`
      : "public, max-age=3600, must-revalidate",
    etag,
    vary: "accept-encoding",
    ...(gzip ? { "content-encoding": "gzip" } : {}),
  });
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
  headers.set("content-length", String(file.size));
  return new Response(request.method === "HEAD" ? null : file.stream(), { headers });
}

function listFiles(folder: string): Entry[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name).slice(folder.length).replace(/^\//, ""));
  const all = new Set(names);
  // The manifest is the build's own business.
  return names
    .filter((path) => !path.endsWith(".gz") && path !== "q-manifest.json")
    .map((path) => ({ path, hasGzip: all.has(`${path}.gz`) }));
}
