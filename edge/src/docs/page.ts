/** Everything of the viewer that would reach its maker's servers is off: fonts, telemetry, the assistant. */
const configuration = {
  url: "/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
};

/** The API's page: Scalar's viewer from our own origin (no CDN), reading the merged document. */
export const docsPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>dap API</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml"></head>
<body><script id="api-reference" data-configuration='${JSON.stringify(configuration)}'></script><script src="/docs/viewer.js"></script></body>
</html>
`;

/** The viewer's script, which its package ships built. */
export const viewerFile = (): string =>
  new URL("./browser/standalone.js", import.meta.resolve("@scalar/api-reference")).pathname;
