import * as zlib from "node:zlib";
import { EgressError } from "./error";
import { inflateFreeBytes } from "./limit";
import type { EgressLimits } from "./type";

type Inflate = (
  body: Uint8Array,
  options: { maxOutputLength: number },
  done: (error: Error | null, result: Uint8Array) => void,
) => void;

const codings: ReadonlyMap<string, Inflate> = new Map<string, Inflate>([
  ["gzip", zlib.gunzip],
  ["x-gzip", zlib.gunzip],
  ["deflate", (body, options, done) => (isZlib(body) ? zlib.inflate : zlib.inflateRaw)(body, options, done)],
  ["br", zlib.brotliDecompress],
  ["zstd", zlib.zstdDecompress],
]);

/** What to ask for: exactly what can be undone. */
export const acceptEncoding = "gzip, deflate, br, zstd";

/**
 * Undoes the content coding of a whole body, within bounds: never more than `bodyBytes`, nor more than `inflateRatio`
 * times what was received. A body packed more than once is refused, for no honest server sends it; an unknown coding is
 * left as it is.
 */
export async function inflateBody(
  body: Uint8Array,
  contentEncoding: string | undefined,
  limits: Pick<EgressLimits, "bodyBytes" | "inflateRatio">,
): Promise<Uint8Array> {
  const names = (contentEncoding ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length > 1) throw new EgressError("INFLATE_NESTED", "The answer's body is packed more than once.");
  const inflate = codings.get(names[0] ?? "");
  if (!inflate || body.length === 0) return body;
  const bytesMax = Math.min(limits.bodyBytes, Math.max(inflateFreeBytes, body.length * limits.inflateRatio));
  return new Promise((resolve, reject) => {
    inflate(body, { maxOutputLength: bytesMax }, (error, result) => {
      if (error) reject(inflateError(error, bytesMax));
      else resolve(result);
    });
  });
}

const inflateError = (error: Error & { code?: string }, bytesMax: number): EgressError =>
  error.code === "ERR_BUFFER_TOO_LARGE"
    ? new EgressError("INFLATE_LIMIT", `The answer's body is larger than ${bytesMax} bytes when inflated.`, {
        bytesMax,
      })
    : new EgressError("INFLATE_FAILED", "The answer's body cannot be inflated.");

/** "deflate" is sent both with the zlib header, as the standard says, and without: the header's check bits tell. */
const isZlib = ([first = 0, second = 0]: Uint8Array): boolean =>
  (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
