import { type TSchema, Type } from "@sinclair/typebox";

/** How a list is asked for: `cursor` as the last page gave it, `limit` from 1 to 200, 50 by default. */
export const PageQuery = Type.Object({
  cursor: Type.Optional(Type.String({ format: "uuid" })),
  limit: Type.Optional(Type.String({ pattern: "^[0-9]{1,3}$" })),
});

/** The schema of one page of a list. */
export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) });

export const readLimit = ({ limit }: { readonly limit?: string }): number =>
  Math.min(Math.max(Number(limit ?? 50), 1), 200);

/** A page from `limit + 1` rows: the extra one only tells that there is more. */
export function cutPage<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => string) {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last === undefined ? null : cursorOf(last) };
}
