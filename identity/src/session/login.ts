import { Failure } from "@dap/platform/failure";
import { parseEmail } from "../account/email-address";
import { passwordLengthMax } from "../account/password-policy";
import { findAccountByEmail, updateAccount } from "../account/query";
import { type AttemptOf, refundAttempt, spendAttempt } from "../attempt/limit";
import type { Account } from "../database/table/account";
import type { IdentityDeps } from "../deps";
import { hashToken, newToken } from "../secret/opaque-token";
import { beginSession, grant, readAccess, type SessionGrant } from "./issue";
import { insertKnownDevice, touchKnownDevice } from "./query";

export type LoginRequest = {
  readonly email: string;
  readonly password: string;
  readonly network: string;
  readonly userAgent: string;
  /** Content of the device cookie, if any. */
  readonly deviceToken: string | undefined;
};

export type LoginResult = {
  readonly grant: SessionGrant;
  readonly refreshToken: string;
  /** For the device cookie, when this browser was not known. */
  readonly newDeviceToken: string | undefined;
};

/**
 * Logs in with address and password. Fails with 401 `CREDENTIALS_WRONG` (unknown address, wrong password and disabled
 * account look the same and take as long), 403 `EMAIL_NOT_VERIFIED`, 429 `TOO_MANY_ATTEMPTS`, 503.
 */
export async function logIn(deps: IdentityDeps, request: LoginRequest): Promise<LoginResult> {
  const now = new Date(deps.clock.nowMs());
  // What is no address is looked for all the same, to take as long; NUL cannot even be asked for, and no address has a space.
  const canonical = parseEmail(request.email)?.canonical ?? request.email.slice(0, 300).replaceAll("\0", " ");
  const found = await findAccountByEmail(deps.db, canonical);
  const isKnown = await isKnownDevice(deps, request.deviceToken, found, now);
  const attempts = attemptsOf(request, canonical, isKnown);
  for (const attempt of attempts) await spendAttempt(deps.db, deps.settings.limits, attempt, now);
  const refund = async () => {
    for (const attempt of attempts) await refundAttempt(deps.db, deps.settings.limits, attempt, now);
  };
  const account = await checkPassword(deps, request.password, found).catch(async (error: unknown) => {
    // Nothing was compared: this was no guess.
    if (error instanceof Failure && error.status === 503) await refund();
    throw error;
  });
  await refund();
  if (deps.settings.requireVerifiedEmail && account.emailVerifiedAt === null) throw notVerified();
  const access = await readAccess(deps, account);
  const { sessionId, refreshToken } = await beginSession(deps, account.id, request.userAgent);
  const newDeviceToken = isKnown ? undefined : await rememberDevice(deps, account.id, now);
  return { grant: await grant(deps, account, sessionId, access), refreshToken, newDeviceToken };
}

/** Counted by address whether or not it has an account, so that the limit does not tell either. */
function attemptsOf({ network, deviceToken }: LoginRequest, canonical: string, isKnown: boolean): readonly AttemptOf[] {
  const byNetwork: AttemptOf = { what: "loginNetwork", whom: network };
  return isKnown && deviceToken !== undefined
    ? [byNetwork, { what: "loginDevice", whom: deviceToken }]
    : [byNetwork, { what: "loginAccount", whom: canonical }];
}

async function checkPassword(deps: IdentityDeps, password: string, found: Account | undefined): Promise<Account> {
  const { hasher, db, clock } = deps;
  const isFit = [...password].length <= passwordLengthMax && !password.includes("\0");
  const isRight = await hasher.verify(isFit ? password : "", isFit ? found?.passwordHash : undefined);
  if (!found || !isRight || found.disabledAt !== null) {
    throw new Failure("CREDENTIALS_WRONG", 401, "Email address or password is wrong.");
  }
  if (found.passwordHash !== null && hasher.isOutdated(found.passwordHash)) {
    const passwordHash = await hasher.hash(password);
    await updateAccount(db, found.id, { passwordHash }, new Date(clock.nowMs()));
  }
  return found;
}

async function isKnownDevice(
  deps: IdentityDeps,
  deviceToken: string | undefined,
  account: Account | undefined,
  now: Date,
): Promise<boolean> {
  const tokenHash = deviceToken === undefined ? undefined : hashToken(deviceToken);
  return tokenHash !== undefined && account !== undefined && touchKnownDevice(deps.db, tokenHash, account.id, now);
}

async function rememberDevice(deps: IdentityDeps, accountId: string, now: Date): Promise<string | undefined> {
  const token = newToken();
  const tokenHash = hashToken(token);
  if (!tokenHash) return undefined;
  await insertKnownDevice(deps.db, tokenHash, accountId, now);
  return token;
}

const notVerified = () =>
  new Failure(
    "EMAIL_NOT_VERIFIED",
    403,
    "Confirm your email address first: open the link in the mail we have sent you.",
  );
