import { Failure } from "@dap/platform/failure";
import { spendAttempt, tryAttempt } from "../attempt/limit";
import type { IdentityDeps } from "../deps";
import { enqueueMail } from "../mail/outbox";
import { resetPasswordMail } from "../mail/template";
import { revokeSessions } from "../session/query";
import { parseEmail } from "./email-address";
import { findEmailToken, issueEmailToken, useEmailToken } from "./email-token";
import { findAccount, findAccountByEmail, updateAccount } from "./query";
import { checkNewPassword, linkTo } from "./register";

const resetLifeMs = 30 * 60_000;

/**
 * Mails a link by which the password can be chosen anew, if the address has an account. The answer does not tell: it
 * comes before the address is looked up. Fails with 422 `EMAIL_INVALID` and 429.
 */
export async function forgotPassword(deps: IdentityDeps, emailText: string, network: string) {
  const email = parseEmail(emailText);
  if (!email) throw new Failure("EMAIL_INVALID", 422, "This is not an email address.");
  const now = new Date(deps.clock.nowMs());
  await spendAttempt(deps.db, deps.settings.limits, { what: "tokenNetwork", whom: network }, now);
  mailReset(deps, email.canonical, now).catch((error) => deps.log.error("A reset could not be mailed.", { error }));
  return { status: "accepted" as const };
}

async function mailReset(deps: IdentityDeps, emailCanonical: string, now: Date): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const account = await findAccountByEmail(tx, emailCanonical);
    const limit = { what: "mailAddress", whom: emailCanonical } as const;
    if (!account || account.disabledAt !== null) return;
    if (!(await tryAttempt(tx, deps.settings.limits, limit, now))) return;
    const purpose = { accountId: account.id, purpose: "reset-password", emailCanonical } as const;
    const link = linkTo(deps, "reset", await issueEmailToken(tx, purpose, now, resetLifeMs));
    await enqueueMail(tx, deps.mailSealer, account.email, resetPasswordMail(link), now);
  });
  deps.mailQueued();
}

/**
 * Sets a new password by a mailed token and ends all sessions. A password that is refused leaves the token usable.
 * Fails with 422 (`LINK_INVALID`, `PASSWORD_...`), 429 and 503.
 */
export async function resetPassword(deps: IdentityDeps, token: string, password: string, network: string) {
  const now = new Date(deps.clock.nowMs());
  await spendAttempt(deps.db, deps.settings.limits, { what: "tokenNetwork", whom: network }, now);
  const found = await findEmailToken(deps.db, token, "reset-password", now);
  const account = found && (await findAccount(deps.db, found.accountId));
  if (!found || account?.emailCanonical !== found.emailCanonical || account.disabledAt !== null) throw linkInvalid();
  checkNewPassword(password, { email: account.emailCanonical, name: account.name });
  const passwordHash = await deps.hasher.hash(password);
  await deps.db.transaction(async (tx) => {
    if (!(await useEmailToken(tx, token, "reset-password", now))) throw linkInvalid();
    // Whoever has the mail has the mailbox.
    await updateAccount(tx, account.id, { passwordHash, emailVerifiedAt: account.emailVerifiedAt ?? now }, now);
    await revokeSessions(tx, { accountId: account.id }, "password-reset", now);
  });
}

const linkInvalid = () => new Failure("LINK_INVALID", 422, "This link is not valid any more.");
