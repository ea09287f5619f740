import type { IncomingMessage } from "node:http";
import { EgressError } from "./error";
import { transportError } from "./transport-error";
import type { EgressLimits } from "./type";
import type { Watch } from "./watch";

/** The answer as received, content coding and all. */
export type Received = {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
};

/** Gathers an answer whose head has come, within the limits. One of the two callbacks is called, perhaps more than once. */
export function readAnswer(
  message: IncomingMessage,
  expectsBody: boolean,
  limits: EgressLimits,
  watch: Watch,
  done: (received: Received) => void,
  fail: (error: EgressError) => void,
): void {
  const problem = headProblem(message, expectsBody, limits);
  if (problem) {
    fail(problem);
    return;
  }
  watch.reading();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  message.on("data", (chunk: Uint8Array) => {
    bytes += chunk.length;
    watch.received(chunk.length);
    if (bytes > limits.bodyBytes) fail(bodyTooLarge(limits));
    else chunks.push(chunk);
  });
  message.on("error", (error) => fail(transportError(error, true)));
  message.on("aborted", () => fail(incomplete()));
  message.on("end", () => {
    if (!message.complete) return fail(incomplete());
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    done({ status: message.statusCode ?? 0, headers: collectHeaders(message.rawHeaders), body });
  });
}

function headProblem(message: IncomingMessage, expectsBody: boolean, limits: EgressLimits): EgressError | undefined {
  if (message.rawHeaders.length / 2 > limits.headerCount) {
    return new EgressError("HEADERS_TOO_LARGE", `The answer has more than ${limits.headerCount} headers.`);
  }
  const status = message.statusCode ?? 0;
  if (status < 200 || status > 599) return new EgressError("BAD_RESPONSE", "The answer has no usable status.");
  const declared = Number(message.headers["content-length"] ?? 0);
  return expectsBody && declared > limits.bodyBytes ? bodyTooLarge(limits) : undefined;
}

const bodyTooLarge = ({ bodyBytes }: EgressLimits) =>
  new EgressError("BODY_TOO_LARGE", `The answer's body is larger than ${bodyBytes} bytes.`, { bytesMax: bodyBytes });
const incomplete = () => new EgressError("CONNECTION_LOST", "The connection broke in the middle of the answer.");

/** Into an object without a prototype: a header named `__proto__` is a header like any other. */
function collectHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    const known = headers[name];
    headers[name] = known === undefined ? value : `${known}${name === "set-cookie" ? "\n" : ", "}${value}`;
  }
  return headers;
}
