import type { Static } from "@sinclair/typebox";
import type { Account } from "../database/table/account";
import type { Session } from "../database/table/session";
import type { AccountView, SessionView } from "./schema";

/** What its owner sees of an account. */
export const viewAccount = ({ id, email, name, emailVerifiedAt }: Account): Static<typeof AccountView> => ({
  id,
  email,
  name,
  emailVerified: emailVerifiedAt !== null,
});

/** What its owner sees of a session. */
export const viewSession = (row: Session, currentId: string): Static<typeof SessionView> => ({
  id: row.id,
  userAgent: row.userAgent,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt.toISOString(),
  isCurrent: row.id === currentId,
});
