import { Type } from "@sinclair/typebox";

/** `?cursor=&limit=` of every list. */
export const pageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 200, pattern: "^[0-9A-Za-z_.:-]+$" })),
  limit: Type.Optional(Type.String({ pattern: "^[0-9]{1,4}$", description: "1 to 200, 50 by default" })),
};

/** 50 by default, 200 at most. */
export const pageLimit = (limit: string | undefined): number => Math.min(Math.max(Number(limit ?? 50), 1), 200);

/** A page out of `limit + 1` rows: the extra one only tells that there is more. */
export function toPage<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => string) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
