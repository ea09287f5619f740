import { type TSchema, Type } from "@sinclair/typebox";

export const Instant = Type.String({ description: "ISO 8601 in UTC" });

/** A page of a list. */
export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object(
    {
      items: Type.Array(item),
      nextCursor: Type.Union([Type.String(), Type.Null()], { description: "null on the last page" }),
    },
    { additionalProperties: false },
  );
