import { fileURLToPath } from "node:url";
import { _deserializeData, _serializeData, _verifySerializable } from "@builder.io/qwik";
import { setServerPlatform } from "@builder.io/qwik/server";
import { mergeHeadersCookies, requestHandler } from "@builder.io/qwik-city/middleware/request-handler";
import qwikCityPlan from "@qwik-city-plan";
import { manifest } from "@qwik-client-manifest";
import render from "./entry.ssr";
import type { PageContext } from "./shell/context";
import { createShell, type WebConfig, type WebHandler } from "./shell/handler";
import { createStaticFiles } from "./shell/static-file";

export type { WebConfig, WebHandler } from "./shell/handler";

const serializer = { _deserializeData, _serializeData, _verifySerializable };

/** Builds the webapp's `fetch` handler. Reads the list of client files from disk once; otherwise it holds no state but sessions in flight. */
export function createWebHandler(config: WebConfig): WebHandler {
  setServerPlatform(manifest);
  const folder = fileURLToPath(new URL("../dist", import.meta.url));
  return createShell(config, { files: createStaticFiles(folder), renderPage, styleHref: styleHref() });
}

async function renderPage(request: Request, context: PageContext): Promise<Response | undefined> {
  const handled = await requestHandler<Response>(
    {
      mode: "server",
      locale: undefined,
      url: new URL(request.url),
      env: { get: () => undefined },
      request,
      // The framework types `platform` as an open bag; `contextOf` is the one reader.
      platform: { ssr: true, dap: context } as object,
      getClientConn: () => ({}),
      getWritableStream: (status, headers, cookies, resolve) => {
        const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
        resolve(new Response(readable, { status, headers: mergeHeadersCookies(headers, cookies) }));
        return writable;
      },
    },
    { render, qwikCityPlan, manifest, checkOrigin: true },
    serializer,
  );
  // The framework turns a fault of a page into a bare error page and hands the fault over here.
  void handled?.completion.then((error) => {
    if (error !== undefined) context.onError(error, request);
  });
  const response = await handled?.response;
  return response ?? undefined;
}

function styleHref(): string {
  const style = manifest?.injections?.find(({ tag }) => tag === "link");
  return style?.attributes?.href ?? "/build/style.css";
}
