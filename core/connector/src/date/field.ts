import { Type } from "@sinclair/typebox";

export const Instant = Type.Union([Type.String(), Type.Number()], {
  title: "Date",
  description: "ISO 8601, without an offset in UTC; or Unix milliseconds",
});

export const Offset = Type.Optional(
  Type.String({ title: "Offset", description: "Z or like +02:00; the result is written in it", default: "Z" }),
);
