import { Failure } from "@dap/platform/failure";

/**
 * The request with other headers and at most so many bytes of body, which are read here: whatever parses it further on
 * parses no more. Fails with 413 `BODY_TOO_LARGE`, also for a body that does not say how long it is.
 */
export async function limitBody(request: Request, headers: Headers, bytesMax: number): Promise<Request> {
  const { url, method, signal } = request;
  if (!request.body || method === "GET" || method === "HEAD") return new Request(url, { method, headers, signal });
  if (Number(headers.get("content-length") ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    chunks.push(chunk);
  }
  return new Request(url, { method, headers, signal, body: Buffer.concat(chunks) });
}

const tooLarge = (bytesMax: number) => new Failure("BODY_TOO_LARGE", 413, `The body has ${bytesMax} bytes at most.`);
