import type { Egress, EgressOptions } from "./type";

/** Makes the guarded client. */
export function createEgress(_options: EgressOptions): Egress {
  return {
    request: async () => ({
      kind: "failed",
      error: { code: "CONNECT_FAILED", message: "Outgoing requests are not wired yet.", retryable: true },
    }),
    close: () => {},
  };
}
