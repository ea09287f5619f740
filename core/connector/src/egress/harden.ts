import type { ClientRequest, IncomingMessage } from "node:http";
import { collectHeaders } from "./headers-in";

type Parser = { onIncoming?: (this: Parser, message: IncomingMessage, keepAlive: boolean) => unknown };

/**
 * The runtime gathers an answer's headers into a plain object by assignment, when somebody reads `message.headers`: the
 * agent does, and the notice of a 1xx answer. Where `Object.prototype` is frozen, as in every service, a header called
 * `constructor` makes that throw inside the runtime's own callbacks, where nobody can catch it: a stranger's server
 * could end the process. So each message is given its headers, in an object without a prototype, before anyone asks.
 *
 * The hook is the parser's callback, which the runtime does not document; a test in a process of its own fails should
 * it ever go away. Call it when the request has its socket.
 */
export function hardenHeaders(request: ClientRequest): void {
  const { parser } = request as unknown as { parser?: Parser | null }; // undocumented, see above
  const incoming = parser?.onIncoming;
  if (!parser || !incoming) return;
  parser.onIncoming = (message, keepAlive) => {
    const value = collectHeaders(message.rawHeaders);
    Object.defineProperty(message, "headers", { value, configurable: true, writable: true });
    return incoming.call(parser, message, keepAlive);
  };
}
