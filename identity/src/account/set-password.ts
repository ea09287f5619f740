import { systemClock } from "@dap/platform/clock";
import { Failure } from "@dap/platform/failure";
import type { Database } from "../database/database";
import { revokeSessions } from "../session/query";
import { parseEmail } from "./email-address";
import { createPasswordHasher } from "./password-hash";
import { findAccountByEmail, updateAccount } from "./query";
import { checkNewPassword } from "./register";

/**
 * Sets an account's password and ends all its sessions; for an operator at the machine (`make password EMAIL=`).
 * Fails with 404 `ACCOUNT_UNKNOWN`, and with 422 when the password is not acceptable.
 */
export async function setPassword(db: Database, email: string, password: string): Promise<void> {
  const address = parseEmail(email);
  const account = address && (await findAccountByEmail(db, address.canonical));
  if (!account) throw new Failure("ACCOUNT_UNKNOWN", 404, `Nobody is registered as ${email}.`);
  checkNewPassword(password, { email: account.emailCanonical, name: account.name });
  const passwordHash = await createPasswordHasher().hash(password);
  const now = new Date(systemClock.nowMs());
  await db.transaction(async (tx) => {
    await updateAccount(tx, account.id, { passwordHash }, now);
    await revokeSessions(tx, { accountId: account.id }, "password-set", now);
  });
}
