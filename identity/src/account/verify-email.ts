import { Failure } from "@dap/platform/failure";
import { spendAttempt } from "../attempt/limit";
import type { IdentityDeps } from "../deps";
import { useEmailToken } from "./email-token";
import { findAccount, updateAccount } from "./query";

/** Marks the address of a mailed token as verified. Fails with 422 `LINK_INVALID` (unknown, used or expired) and 429. */
export async function verifyEmail(deps: IdentityDeps, token: string, network: string): Promise<void> {
  const now = new Date(deps.clock.nowMs());
  await spendAttempt(deps.db, deps.settings.limits, { what: "tokenNetwork", whom: network }, now);
  await deps.db.transaction(async (tx) => {
    const used = await useEmailToken(tx, token, "verify-email", now);
    const account = used && (await findAccount(tx, used.accountId));
    // The token proves one address: a later one needs its own.
    if (!used || account?.emailCanonical !== used.emailCanonical) {
      throw new Failure("LINK_INVALID", 422, "This link is not valid any more.");
    }
    await updateAccount(tx, account.id, { emailVerifiedAt: account.emailVerifiedAt ?? now }, now);
  });
}
