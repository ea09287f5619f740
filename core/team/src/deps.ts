import type { Clock } from "@dap/platform/clock";
import type { Authenticator } from "@dap/platform/guard";
import type { Logger } from "@dap/platform/log";
import type { Database } from "./database/database";

/** What the routes of team are made from. */
export type TeamDeps = {
  readonly db: Database;
  readonly authenticate: Authenticator;
  /** Tells data that a team exists, so that it can be worked in. Idempotent; fails while data does not answer. */
  readonly provision: (teamId: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
};
