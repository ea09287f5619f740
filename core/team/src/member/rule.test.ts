import { describe, expect, test } from "bun:test";
import { type Role, roles } from "@dap/contract";
import fc from "fast-check";
import { judgeChange } from "./rule";

const change = (actor: Role | undefined, target: Role | undefined, next: Role | undefined, more = {}) =>
  judgeChange({ actor, target, next, isSelf: false, ownerCount: 2, ...more });

describe("a change of a team's members", () => {
  test("is for owners and admins", () => {
    expect(roles.map((actor) => change(actor, "viewer", "editor"))).toEqual([
      undefined,
      undefined,
      "forbidden",
      "forbidden",
      "forbidden",
    ]);
  });

  test("that makes or unmakes an owner is for owners", () => {
    expect(change("admin", "viewer", "owner")).toBe("forbidden");
    expect(change("admin", "owner", "viewer")).toBe("forbidden");
    expect(change("admin", "owner", undefined)).toBe("forbidden");
    expect(change("owner", "owner", "viewer")).toBeUndefined();
  });

  test("is nobody's who is no member, and of nobody who is none", () => {
    expect(change(undefined, "viewer", "editor")).toBe("notFound");
    expect(change("owner", undefined, "editor")).toBe("notFound");
  });

  test("lets anybody leave but the last owner", () => {
    for (const role of roles) expect(change(role, role, undefined, { isSelf: true })).toBeUndefined();
    expect(change("owner", "owner", undefined, { isSelf: true, ownerCount: 1 })).toBe("lastOwner");
    expect(change("owner", "owner", "admin", { isSelf: true, ownerCount: 1 })).toBe("lastOwner");
  });

  test("never leaves a team without an owner, whatever is tried", () => {
    const anyRole = fc.constantFrom(...roles);
    const anyChange = fc.record({ actor: fc.nat(5), target: fc.nat(5), next: fc.option(anyRole, { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(anyRole, { minLength: 1, maxLength: 5 }), fc.array(anyChange), (others, changes) => {
        const members = new Map<number, Role>([
          [0, "owner"],
          ...others.map((role, index) => [index + 1, role] as const),
        ]);
        for (const { actor, target, next } of changes) {
          const ownerCount = [...members.values()].filter((role) => role === "owner").length;
          const isSelf = actor === target;
          const refusal = judgeChange({
            actor: members.get(actor),
            target: members.get(target),
            isSelf,
            next,
            ownerCount,
          });
          if (refusal === undefined && next === undefined) members.delete(target);
          if (refusal === undefined && next !== undefined) members.set(target, next);
          expect([...members.values()]).toContain("owner");
        }
      }),
    );
  });
});
