import { type RenderToStreamOptions, renderToStream } from "@builder.io/qwik/server";
import Root from "./root";
import { findCookie, themeCookie } from "./shell/cookie";

/** Renders one page on the server. The theme comes from a cookie, so that the first paint has it. */
export default function render(options: RenderToStreamOptions) {
  const headers = options.serverData?.requestHeaders as Record<string, string> | undefined; // set by the framework
  const theme = findCookie(headers?.cookie ?? null, themeCookie);
  return renderToStream(<Root />, {
    ...options,
    containerAttributes: {
      lang: "en",
      ...(theme === "light" || theme === "dark" ? { "data-theme": theme } : {}),
      ...options.containerAttributes,
    },
  });
}
