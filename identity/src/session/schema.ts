import { Type } from "@sinclair/typebox";

export const AccountView = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.String(),
  emailVerified: Type.Boolean(),
});

export const SessionGrantView = Type.Object({
  accessToken: Type.String({ description: "send as `Authorization: Bearer ...`" }),
  expiresInSeconds: Type.Integer(),
  account: AccountView,
});

export const SessionView = Type.Object({
  id: Type.String(),
  userAgent: Type.String(),
  createdAt: Type.String({ description: "ISO 8601" }),
  lastUsedAt: Type.String({ description: "ISO 8601" }),
  isCurrent: Type.Boolean(),
});

export const SessionPage = Type.Object({
  items: Type.Array(SessionView),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});
