const smallestBytes = 1_024;

/** The answer gzipped where the browser takes it, the content is text, and it is worth it. */
export async function compressed(request: Request, response: Response): Promise<Response> {
  const accepts = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  const isText = /^(text\/|application\/(json|javascript))/.test(response.headers.get("content-type") ?? "");
  if (!accepts || !isText || response.body === null || response.headers.has("content-encoding")) return response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.append("vary", "accept-encoding");
  if (bytes.byteLength < smallestBytes) return new Response(bytes, { status: response.status, headers });
  headers.set("content-encoding", "gzip");
  return new Response(Bun.gzipSync(bytes, { level: 5 }), { status: response.status, headers });
}
