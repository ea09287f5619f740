import type { Principal, StepCatalogue } from "@dap/contract";
import type { ResumeUrl } from "@dap/engine";
import type { Logger } from "@dap/platform/log";
import type { RealtimeLink } from "@dap/platform/realtime-link";
import type { ResumeTokens, RunStore } from "@dap/run";
import type { Database } from "./database/connection";

/** What the service stands on. Tests pass their own. */
export type DataDeps = {
  readonly authenticate: (request: Request) => Promise<Principal | undefined>;
  /** On the role `dap_data`, which sees only the teams that a transaction names. */
  readonly db: Database;
  /** On the role `dap_data_system`, which sees across teams what the feed needs. */
  readonly systemDb: Database;
  readonly runStore: RunStore;
  readonly catalogue: StepCatalogue;
  /** Base of every link, without a trailing slash. */
  readonly publicUrl: string;
  /** Tokens of waits, and the addresses that hold them. */
  readonly resumeTokens: ResumeTokens;
  readonly resumeUrl: ResumeUrl;
  readonly log: Logger;
  readonly realtime: Pick<RealtimeLink, "publish" | "subscribe">;
  /** Tells the relay that a run was accepted. */
  readonly wakeRelay: () => void;
  /** Resolves at a change of routes, or after `waitMs`. */
  readonly routeChanged: (waitMs: number, signal?: AbortSignal) => Promise<void>;
  /** Aborted when the service stops: whoever waits is answered with what there is. */
  readonly stopping: AbortSignal;
  readonly nowMs: () => number;
};
