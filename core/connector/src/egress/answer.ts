import type { IncomingMessage } from "node:http";
import { EgressError } from "./error";
import { collectHeaders } from "./headers-in";
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
  // Never `message.headers`: the runtime makes a plain object of it, which a header called `constructor` can trip up.
  const headers = collectHeaders(message.rawHeaders);
  const problem = headProblem(message, headers, expectsBody, limits);
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
    done({ status: message.statusCode ?? 0, headers, body });
  });
}

function headProblem(
  message: IncomingMessage,
  headers: Readonly<Record<string, string>>,
  expectsBody: boolean,
  limits: EgressLimits,
): EgressError | undefined {
  if (message.rawHeaders.length / 2 > limits.headerCount) {
    return new EgressError("HEADERS_TOO_LARGE", `The answer has more than ${limits.headerCount} headers.`);
  }
  const status = message.statusCode ?? 0;
  if (status < 200 || status > 599) return new EgressError("BAD_RESPONSE", "The answer has no usable status.");
  const declared = Number(headers["content-length"] ?? 0);
  return expectsBody && declared > limits.bodyBytes ? bodyTooLarge(limits) : undefined;
}

const bodyTooLarge = ({ bodyBytes }: EgressLimits) =>
  new EgressError("BODY_TOO_LARGE", `The answer's body is larger than ${bodyBytes} bytes.`, { bytesMax: bodyBytes });
const incomplete = () => new EgressError("CONNECTION_LOST", "The connection broke in the middle of the answer.");
