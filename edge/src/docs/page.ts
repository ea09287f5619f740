/** The API's page: Scalar's viewer from our own origin (no CDN), reading the merged document. */
export const docsPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>dap API</title></head>
<body><script id="api-reference" data-url="/openapi.json"></script><script src="/docs/viewer.js"></script></body>
</html>
`;

/** The viewer's script, which its package ships built. */
export const viewerFile = (): string =>
  new URL("./browser/standalone.js", import.meta.resolve("@scalar/api-reference")).pathname;
