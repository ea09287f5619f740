import { Failure } from "@dap/platform/failure";
import { newId } from "@dap/platform/id";
import { spendAttempt, tryAttempt } from "../attempt/limit";
import type { Account } from "../database/table/account";
import type { IdentityDeps } from "../deps";
import { enqueueMail } from "../mail/outbox";
import { alreadyRegisteredMail, verifyEmailMail } from "../mail/template";
import { type EmailAddress, parseEmail } from "./email-address";
import { issueEmailToken } from "./email-token";
import { judgePassword, passwordLengthMax, passwordLengthMin } from "./password-policy";
import { findAccountByEmail, insertAccount, updateAccount } from "./query";

export type Registration = { readonly email: string; readonly password: string; readonly name: string };

const verifyLifeMs = 24 * 3_600_000;

/**
 * Registers an address. The answer is the same whether or not it has an account: the owner of one is told by mail.
 * Fails with 422 (`EMAIL_INVALID`, `NAME_INVALID`, `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, `PASSWORD_TOO_COMMON`)
 * and 429.
 */
export async function register(deps: IdentityDeps, registration: Registration, network: string) {
  const { email, name } = checkRegistration(registration);
  const now = new Date(deps.clock.nowMs());
  await spendAttempt(deps.db, deps.settings.limits, { what: "registerNetwork", whom: network }, now);
  const passwordHash = await deps.hasher.hash(registration.password);
  const created = await insertOrTell(deps, { email, name, passwordHash }, now);
  deps.mailQueued();
  // Not awaited: a new address must not take longer than a known one. Every login asks again until team has answered.
  if (created) ensurePersonalTeam(deps, created).catch((error) => deps.log.warn("A personal team is due.", { error }));
  return { status: "registered" as const, email: email.raw };
}

/** The id of the account's personal team, made now if it is missing. */
export async function ensurePersonalTeam(deps: IdentityDeps, account: Account): Promise<string> {
  if (account.personalTeamId !== null) return account.personalTeamId;
  const personalTeamId = await deps.team.ensurePersonalTeam(account);
  await updateAccount(deps.db, account.id, { personalTeamId }, new Date(deps.clock.nowMs()));
  return personalTeamId;
}

/** Checks a password that is to be set; fails with 422. */
export function checkNewPassword(password: string, context: { readonly email: string; readonly name: string }): void {
  const verdict = judgePassword(password, context);
  if (verdict !== "fine") throw passwordFailures[verdict]();
}

function checkRegistration({ email: text, password, name: given }: Registration) {
  const email = parseEmail(text);
  if (!email) throw new Failure("EMAIL_INVALID", 422, "This is not an email address.");
  const name = given.trim();
  if (name === "" || [...name].length > 100 || /\p{C}/u.test(name)) {
    throw new Failure("NAME_INVALID", 422, "A name has 1 to 100 characters, all of them visible.");
  }
  checkNewPassword(password, { email: email.canonical, name });
  return { email, name };
}

type Candidate = { readonly email: EmailAddress; readonly name: string; readonly passwordHash: string };

/** Either way one transaction with one sealed mail, so that both take as long. */
const insertOrTell = (deps: IdentityDeps, candidate: Candidate, now: Date): Promise<Account | undefined> =>
  deps.db.transaction(async (tx) => {
    const { email } = candidate;
    const account = await insertAccount(tx, { id: newId(), ...candidate }, now);
    const owner = account ?? (await findAccountByEmail(tx, email.canonical));
    const mayMail = await tryAttempt(tx, deps.settings.limits, { what: "mailAddress", whom: email.canonical }, now);
    if (!owner || !mayMail) return account;
    const purpose = { accountId: owner.id, purpose: "verify-email", emailCanonical: email.canonical } as const;
    const content = account
      ? verifyEmailMail(linkTo(deps, "verify-email", await issueEmailToken(tx, purpose, now, verifyLifeMs)))
      : alreadyRegisteredMail(`${deps.settings.publicUrl}/login`);
    await enqueueMail(tx, deps.mailSealer, owner.email, content, now);
    return account;
  });

/** The address of one of identity's pages with a mailed token: of the configured place, whatever a request says. */
export const linkTo = (deps: IdentityDeps, page: "verify-email" | "reset", token: string): string =>
  `${deps.settings.publicUrl}/api/v1/auth/${page}?token=${token}`;

const passwordFailures = {
  tooShort: () => new Failure("PASSWORD_TOO_SHORT", 422, `A password has at least ${passwordLengthMin} characters.`),
  tooLong: () => new Failure("PASSWORD_TOO_LONG", 422, `A password has at most ${passwordLengthMax} characters.`),
  tooCommon: () =>
    new Failure(
      "PASSWORD_TOO_COMMON",
      422,
      "Many people use this password, or it is your own name. Choose another one.",
    ),
};
