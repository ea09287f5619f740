import type { Clock } from "@dap/platform/clock";
import type { Authenticator } from "@dap/platform/guard";
import type { Logger } from "@dap/platform/log";
import type { PasswordHasher } from "./account/password-hash";
import type { TeamDirectory } from "./account/team-directory";
import type { AttemptLimits } from "./attempt/limit";
import type { Database } from "./database/database";
import type { AccessTokenSigner } from "./key/access-token";
import type { KeyRing } from "./key/key-ring";
import type { Sealer } from "./secret/seal";

/** What the program's parts decide by; the rest of the settings concerns only `main.ts`. */
export type IdentitySettings = {
  /** Base of every link and the issuer of tokens, without a trailing slash. Never taken from a request. */
  readonly publicUrl: string;
  readonly requireVerifiedEmail: boolean;
  /** Shows mail at `/mailbox` instead of sending it. */
  readonly isMailboxShown: boolean;
  readonly limits: AttemptLimits;
};

/** What the routes of identity are made from. */
export type IdentityDeps = {
  readonly db: Database;
  readonly settings: IdentitySettings;
  readonly hasher: PasswordHasher;
  readonly keys: KeyRing;
  readonly sign: AccessTokenSigner;
  readonly team: TeamDirectory;
  readonly mailSealer: Sealer;
  /** Called after mail was put into the outbox. */
  readonly mailQueued: () => void;
  readonly authenticate: Authenticator;
  readonly clock: Clock;
  readonly log: Logger;
};
