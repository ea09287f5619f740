import { EgressError } from "./error";

/** Names what went wrong below HTTP. What the runtime says is not repeated: it may name addresses. */
export function transportError(error: Error & { code?: unknown }, isConnected: boolean): EgressError {
  if (error instanceof EgressError) return error;
  const code = typeof error.code === "string" ? error.code : "";
  if (code === "HPE_HEADER_OVERFLOW")
    return new EgressError("HEADERS_TOO_LARGE", "The answer's headers are too large.");
  if (code.startsWith("HPE_")) return new EgressError("BAD_RESPONSE", "The answer is not valid HTTP.", { cause: code });
  if (isTls(code)) {
    return new EgressError("TLS_FAILED", "No trusted encrypted connection could be made.", { cause: code });
  }
  const details = code === "" ? {} : { cause: code };
  return isConnected
    ? new EgressError("CONNECTION_LOST", "The connection broke before the answer was complete.", details)
    : new EgressError("CONNECT_FAILED", "No connection could be made.", details);
}

const isTls = (code: string): boolean =>
  /^(ERR_(SSL|TLS)|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO|INVALID_CA)/.test(code);
