import { customType, timestamp } from "drizzle-orm/pg-core";

/** `bytea` as bytes. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
  fromDriver: (value) => Uint8Array.from(value),
});

/** `timestamptz` as a `Date`. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
