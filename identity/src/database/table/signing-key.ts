import { jsonb, pgTable, text } from "drizzle-orm/pg-core";
import type { JWK } from "jose";
import { instant } from "../column";

export const keyStates = ["next", "current", "previous", "retired"] as const;
export type KeyState = (typeof keyStates)[number];

/** The public half of a signing key. At most one key is next, one current, one previous. */
export const signingKey = pgTable("signing_key", {
  kid: text("kid").primaryKey(),
  state: text("state", { enum: keyStates }).notNull(),
  publicJwk: jsonb("public_jwk").$type<JWK>().notNull(),
  createdAt: instant("created_at").notNull(),
  activatedAt: instant("activated_at"),
  retiredAt: instant("retired_at"),
});
