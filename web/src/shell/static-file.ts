import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export type StaticFiles = (request: Request) => Promise<Response | undefined>;

type Entry = {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer> | undefined;
  readonly etag: string;
};

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
 * Serves the client build. All of it (well under a megabyte) is read once: no path from outside ever reaches the file
 * system, and a later build does not disturb a running server.
 * Files below `build/` and `assets/` carry a hash of their content in their names and are kept for ever by browsers.
 */
export function createStaticFiles(folder: string): StaticFiles {
  const entries = new Map(listFiles(folder).map((entry) => [`/${entry.path}`, entry]));
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined;
    const { pathname } = new URL(request.url);
    const entry = entries.get(pathname);
    if (entry) return answer(request, entry);
    return isHashed(pathname) ? new Response("Not found\n", { status: 404, headers: plain }) : undefined;
  };
}

const plain = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
const isHashed = (pathname: string) => pathname.startsWith("/build/") || pathname.startsWith("/assets/");

function answer(request: Request, entry: Entry): Response {
  const gzip = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "") ? entry.gzip : undefined;
  const body = gzip ?? entry.bytes;
  const headers = new Headers({
    "content-type": types[entry.path.split(".").at(-1) ?? ""] ?? "application/octet-stream",
    "cache-control": isHashed(`/${entry.path}`)
      ? `public, max-age=${yearSeconds}, immutable`
      : "public, max-age=3600, must-revalidate",
    etag: entry.etag,
    vary: "accept-encoding",
    ...(gzip ? { "content-encoding": "gzip" } : {}),
  });
  if (request.headers.get("if-none-match") === entry.etag) return new Response(null, { status: 304, headers });
  headers.set("content-length", String(body.byteLength));
  return new Response(request.method === "HEAD" ? null : body, { headers });
}

function listFiles(folder: string): Entry[] {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => relative(folder, join(item.parentPath, item.name)));
  const all = new Set(paths);
  // The manifest is the build's own business.
  return paths
    .filter((path) => !path.endsWith(".gz") && path !== "q-manifest.json")
    .map((path) => {
      const bytes = readFileSync(join(folder, path));
      const etag = `"${Bun.hash(bytes).toString(36)}"`;
      return { path, bytes, gzip: all.has(`${path}.gz`) ? readFileSync(join(folder, `${path}.gz`)) : undefined, etag };
    });
}
