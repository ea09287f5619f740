import { describe, expect, test } from "bun:test";
import { type Principal, permissions, rolePermissions, roles, teamPermissions } from "./principal";

const account = (teams: Extract<Principal, { kind: "account" }>["teams"]): Principal => ({
  kind: "account",
  accountId: "a",
  sessionId: "s",
  email: "ann@example.com",
  emailVerified: true,
  teams,
  permVer: 1,
});

describe("a role", () => {
  test("may do all that the roles below it may", () => {
    for (const [index, role] of roles.entries())
      for (const lower of roles.slice(index))
        for (const permission of rolePermissions[lower]) expect(rolePermissions[role].has(permission)).toBe(true);
  });
  test("of owner may do everything, of viewer nothing but read", () => {
    expect(rolePermissions.owner.size).toBe(permissions.length);
    expect([...rolePermissions.viewer].every((permission) => permission.endsWith(":read"))).toBe(true);
  });
});

describe("the permissions of a principal in a team", () => {
  test("are those of the role", () => {
    expect(teamPermissions(account({ t1: "operator" }), "t1")).toBe(rolePermissions.operator);
  });
  test("are unknown in a team it is no member of, inherited names included", () => {
    for (const team of ["t2", "constructor", "__proto__"])
      expect(teamPermissions(account({ t1: "owner" }), team)).toBeUndefined();
  });
  test("of an API key hold in its own team only", () => {
    const key: Principal = { kind: "apiKey", keyId: "k", teamId: "t1", permissions: ["run:read"] };
    expect(teamPermissions(key, "t1")?.has("run:read")).toBe(true);
    expect(teamPermissions(key, "t2")).toBeUndefined();
  });
  test("of a service hold in no team", () => {
    expect(teamPermissions({ kind: "service", name: "data" }, "t1")).toBeUndefined();
  });
});
