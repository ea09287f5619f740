const texts: Readonly<Record<number, readonly [string, string]>> = {
  403: ["Not allowed", "Your role in this team does not cover this, or the form came from another site."],
  404: ["Nothing here", "This page does not exist, or it belongs to a team you are not a member of."],
  503: ["One moment", "The platform cannot be reached right now. It usually comes back by itself."],
};

/** A page without scripts that says what happened and where to go; for faults nothing else may depend on. */
export function errorPage(status: number, styleHref: string): Response {
  const [title, text] = texts[status] ?? [
    "Something broke",
    "This is our fault, not yours. Nothing you had saved is lost. Try again in a moment.",
  ];
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} · dap</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="${styleHref}"></head>
<body class="plain-page"><main class="error-page"><p class="error-page__status">${status}</p><h1>${title}</h1><p>${text}</p>
<p><a class="button button--primary" href="/">Back to your workflows</a></p></main></body></html>`;
  return new Response(html, {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "x-dap-page": "error" },
  });
}
