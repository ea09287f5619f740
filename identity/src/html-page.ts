import { escapeHtml } from "./mail/template";

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
  button { font: inherit; padding: .5rem 1rem; border-radius: .5rem; border: 1px solid; cursor: pointer; }
  article { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .75rem; padding: 1rem 1.25rem; margin: 1rem 0; }
  h2 { font-size: 1rem; margin: 0; } small { opacity: .7; } p { white-space: pre-wrap; overflow-wrap: anywhere; }`;

/** A text that is already safe HTML. */
export class Html {
  constructor(readonly text: string) {}
}

/** HTML from a template: every value is escaped unless it is `Html` itself. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  const shown = values.map((value) => {
    if (typeof value === "string") return escapeHtml(value);
    return value instanceof Html ? value.text : value.map((item) => item.text).join("");
  });
  return new Html(parts.map((part, index) => part + (shown[index] ?? "")).join(""));
}

/** A small page of identity's own: no script, nothing loaded, nothing sent on as referrer, no frame around it. */
export function pageResponse(title: string, body: Html, status = 200): Response {
  const page = html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · dap</title><style>${new Html(style)}</style></head><body>${body}</body></html>`;
  return new Response(page.text, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  });
}

const styleHash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
