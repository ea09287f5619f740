import { holdsInfinity, isJsonObject, type Json, ownValue, type StepError, StepFault } from "@dap/contract";
import type { EgressResponse } from "../egress/type";

type Encoded = { readonly headers: Record<string, string>; readonly body: string | Uint8Array | undefined };

/**
 * The body to send: text as it is, bytes as they were received (`{ base64, contentType }`), anything else as JSON, or as
 * a form when `content-type` says so.
 */
export function encodeBody(headers: Record<string, string>, body: Json | undefined): Encoded {
  if (body === undefined || body === null) return { headers, body: undefined };
  const declared = headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (typeof body === "string") {
    headers["content-type"] ??= "text/plain; charset=utf-8";
    return { headers, body };
  }
  const bytes = fromBytes(body);
  if (bytes) {
    if (bytes.contentType !== "") headers["content-type"] ??= bytes.contentType;
    return { headers, body: Buffer.from(bytes.base64, "base64") };
  }
  if (declared === "application/x-www-form-urlencoded") return { headers, body: encodeForm(body) };
  headers["content-type"] ??= "application/json";
  return { headers, body: JSON.stringify(body) };
}

function encodeForm(body: Json): string {
  if (!isJsonObject(body)) throw new StepFault("INPUT_INVALID", "A form body must be an object.");
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null) form.append(name, typeof one === "object" ? JSON.stringify(one) : String(one));
    }
  }
  return form.toString();
}

type Decoded =
  | { readonly kind: "decoded"; readonly body: Json }
  | { readonly kind: "refused"; readonly error: StepError };
type Expect = "auto" | "json" | "text" | "base64";

/** The received body as JSON data. With `auto`, JSON that cannot be parsed is kept as text. */
export function decodeBody({ headers, body }: EgressResponse, expect: Expect): Decoded {
  const contentType = headers["content-type"] ?? "";
  if (expect === "base64") return decoded(toBytes(body, contentType));
  if (expect === "text") return decoded(toText(body, contentType) ?? latin1(body));
  if (body.length === 0) return expect === "json" ? refused("is empty") : decoded(null);
  if (expect === "json") return parseJson(body) ?? refused("is not JSON");
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (isJsonType(type)) {
    const parsed = parseJson(body);
    if (parsed) return parsed;
  }
  if (type !== "" && !isTextType(type) && !isJsonType(type)) return decoded(toBytes(body, contentType));
  return decoded(toText(body, contentType) ?? toBytes(body, contentType));
}

const decoded = (body: Json): Decoded => ({ kind: "decoded", body });
const refused = (why: string): Decoded => ({
  kind: "refused",
  error: { code: "HTTP_BODY", message: `The answer's body ${why}.`, retryable: false },
});

const isJsonType = (type: string): boolean => /^[a-z]+\/([a-z0-9.+-]+\+)?json$/.test(type);
const isTextType = (type: string): boolean =>
  type.startsWith("text/") ||
  /^application\/(([a-z0-9.+-]+\+)?xml|javascript|x-www-form-urlencoded|x-ndjson|yaml|graphql|sql|toml)$/.test(type) ||
  type === "image/svg+xml";

/** Bytes that are no text, marked so that nobody takes them for a string. */
const toBytes = (body: Uint8Array, contentType: string): Json => ({
  base64: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("base64"),
  contentType,
});

/** The opposite: exactly that mark and nothing else. */
function fromBytes(body: Json): { base64: string; contentType: string } | undefined {
  if (!isJsonObject(body) || Object.keys(body).length !== 2) return undefined;
  const [base64, contentType] = [ownValue(body, "base64"), ownValue(body, "contentType")];
  return typeof base64 === "string" && typeof contentType === "string" ? { base64, contentType } : undefined;
}

const latin1 = (body: Uint8Array): string => new TextDecoder("latin1").decode(body);
const utf8 = new TextDecoder("utf-8", { fatal: true });

function parseJson(body: Uint8Array): Decoded | undefined {
  try {
    const value: Json = JSON.parse(utf8.decode(body));
    return holdsInfinity(value) ? undefined : decoded(value);
  } catch {
    return undefined;
  }
}

/** `undefined` when the bytes do not fit the declared character set, or it is unknown. */
function toText(body: Uint8Array, contentType: string): string | undefined {
  const charset = contentType.match(/charset="?([\w.:-]+)"?/i)?.[1] ?? "utf-8";
  try {
    const decoder =
      charset.toLowerCase() === "utf-8" ? utf8 : new TextDecoder(charset as Bun.Encoding, { fatal: true });
    return decoder.decode(body);
  } catch {
    return undefined;
  }
}
