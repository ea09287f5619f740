import type { Template } from "./ast";

/** The static paths that a field reads, e.g. `["steps", "price", "body"]`: up to the first computed key or list index. */
export function references(_template: Template): readonly (readonly string[])[] {
  return [];
}
