import { Failure } from "@dap/platform/failure";

export const etagOf = (version: number): string => `"${version}"`;

/** The version that the caller wants to change, from `If-Match`. Refuses with 428 (absent) or 412 (another version). */
export function checkPrecondition(
  header: string | null,
  rule: "required" | "allowed" | undefined,
  current: number,
): number | undefined {
  if (!rule) return undefined;
  if (header === null) {
    if (rule === "allowed") return undefined;
    throw new Failure("PRECONDITION_REQUIRED", 428, "Send the ETag of the draft you changed in the header `If-Match`.");
  }
  if (header.trim() === "*") return undefined;
  // A weak tag never matches (RFC 9110, section 13.1.1).
  const isCurrent = header.split(",").some((tag) => tag.trim() === etagOf(current));
  if (!isCurrent) throw draftChanged(current);
  return current;
}

export const draftChanged = (current: number) =>
  new Failure("DRAFT_CHANGED", 412, "Somebody changed the draft meanwhile. Read it again and repeat your change.", {
    headers: { etag: etagOf(current) },
  });
