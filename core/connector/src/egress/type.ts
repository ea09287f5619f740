import type { StepError } from "@dap/contract";

/** An outgoing request. Everything about it may come from a stranger: the client decides what is allowed. */
export type EgressRequest = {
  /** An HTTP token in capitals, e.g. `GET`. */
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** For the whole exchange, redirects included. Default and ceiling: the client's `totalMs`. */
  readonly timeoutMs?: number;
  /** Names of further headers that carry secrets: dropped with `authorization` and `cookie` when a redirect changes the host. */
  readonly secretHeaders?: readonly string[];
  /** Redirects to follow, 0 to 5. Default 5; at 0 the redirect itself is the answer. */
  readonly redirectsMax?: number;
  readonly signal?: AbortSignal;
};

/** The answer, whole. Header names are lower-case; repeated headers are joined with `, `, except `set-cookie`, with a line feed. */
export type EgressResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Content codings are undone. */
  readonly body: Uint8Array;
  /** Where the answer came from in the end, without the fragment. */
  readonly url: string;
};

/**
 * `error.details.sent` says whether the request may have reached its receiver: `false` means that it surely did not,
 * so that even an effect which must not be repeated may be tried again.
 */
export type EgressResult =
  | { readonly kind: "answered"; readonly response: EgressResponse }
  | { readonly kind: "failed"; readonly error: StepError };

/** The only way out. Never throws. */
export type Egress = {
  readonly request: (request: EgressRequest) => Promise<EgressResult>;
  /** Closes idle connections; requests under way end by themselves. */
  readonly close: () => void;
};

/** Bounds of one exchange. */
export type EgressLimits = {
  /** Connecting and the TLS handshake. */
  readonly connectMs: number;
  /** The whole exchange with its redirects. */
  readonly totalMs: number;
  /** Status line and headers, in bytes as received. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** The body after inflating. */
  readonly bodyBytes: number;
  /** How many times larger than received a body may become by inflating (bodies under 1 MiB are exempt). */
  readonly inflateRatio: number;
  /** A body slower than this, measured over `minRateWindowMs`, is given up. */
  readonly minBytesPerSecond: number;
  readonly minRateWindowMs: number;
  /** Connections kept open and unused: how long, and how many to one destination. */
  readonly idleMs: number;
  readonly idlePerHost: number;
};

/** One exception from the rule that only global addresses may be reached; `port` undefined means every port. */
export type EgressAllow =
  | { readonly kind: "network"; readonly cidr: string; readonly port?: number }
  | { readonly kind: "host"; readonly host: string; readonly port?: number };

/** Gives all addresses of a name, IPv4 and IPv6 texts. Rejects or gives none when the name does not exist. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export type EgressOptions = {
  readonly allow: readonly EgressAllow[];
  readonly resolve?: Resolve;
  readonly limits?: Partial<EgressLimits>;
  /** Certificates (PEM) trusted instead of the public ones. */
  readonly ca?: string;
};
