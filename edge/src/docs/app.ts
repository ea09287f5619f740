import { publishedWorkflowSchema } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import { createHttpApp } from "@dap/platform/http";
import type { Logger } from "@dap/platform/log";
import { mergeOpenApi } from "./openapi";
import { docsPage, viewerFile } from "./page";

export type DocsDeps = {
  readonly publicUrl: string;
  /** Base URLs of the services that describe themselves at `/openapi.json`. */
  readonly services: readonly string[];
  /** Folder of the built web component. */
  readonly componentDir: string;
  readonly log: Logger;
};

/** The viewer is a large foreign script on the app's origin: it reaches our own API and nobody else. */
const html = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
} as const;

/** The edge's own pages: the API's documentation, the document's schema, the component's files. */
export function createDocsApp({ publicUrl, services, componentDir, log }: DocsDeps) {
  return createHttpApp({ name: "docs", log })
    .get("/docs", () => new Response(docsPage, { headers: html }))
    .get(
      "/docs/viewer.js",
      () => new Response(Bun.file(viewerFile()), { headers: { "cache-control": "public, max-age=86400" } }),
    )
    .get("/openapi.json", async () => mergeOpenApi(await Promise.all(services.map(readDocument)), publicUrl))
    .get("/schema/workflow.json", () =>
      Response.json(publishedWorkflowSchema, { headers: { "access-control-allow-origin": "*" } }),
    )
    .get("/component/:file", async ({ params }) => {
      const file = Bun.file(`${componentDir}/${params.file}`);
      const isKnown = /^[\w-]+(?:\.[\w-]+)*\.js$/.test(params.file) && (await file.exists());
      if (!isKnown) throw new Failure("NOT_FOUND", 404, "There is no such file.");
      return new Response(file, {
        headers: {
          "access-control-allow-origin": "*",
          "cache-control": "public, max-age=300",
          "cross-origin-resource-policy": "cross-origin",
        },
      });
    });
}

/** A service that is away leaves its part out instead of taking the page down. */
async function readDocument(service: string): Promise<unknown> {
  try {
    const answer = await fetch(`${service}/openapi.json`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}
