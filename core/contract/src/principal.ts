import { type Static, Type } from "@sinclair/typebox";

/** Roles in a team, each with all that the next one may do. */
export const roles = ["owner", "admin", "editor", "operator", "viewer"] as const;
// `Unsafe` only names the type: of a mapped list TypeBox cannot tell the members.
export const Role = Type.Unsafe<(typeof roles)[number]>(Type.Union(roles.map((role) => Type.Literal(role))));
export type Role = (typeof roles)[number];

/** Claims of an access token (JWT, EdDSA, `typ: at+jwt`, five minutes). */
export const AccessClaims = Type.Object({
  sub: Type.String({ format: "uuid", description: "account id" }),
  sid: Type.String({ format: "uuid", description: "session id" }),
  email: Type.String(),
  email_verified: Type.Boolean(),
  teams: Type.Record(Type.String(), Role),
  scope: Type.String(),
  perm_ver: Type.Integer(),
});
export type AccessClaims = Static<typeof AccessClaims>;

/** Who is asking, after authentication. */
export type Principal =
  | {
      readonly kind: "account";
      readonly accountId: string;
      readonly sessionId: string;
      readonly email: string;
      readonly emailVerified: boolean;
      readonly teams: Readonly<Record<string, Role>>;
      readonly permVer: number;
    }
  | {
      readonly kind: "apiKey";
      readonly keyId: string;
      readonly teamId: string;
      readonly permissions: readonly Permission[];
    }
  | { readonly kind: "service"; readonly name: ServiceName };

export type ServiceName = "identity" | "team" | "data" | "compute" | "realtime" | "edge" | "web";

/** Every act that can be allowed, as `resource:verb`. */
export const permissions = [
  "team:read",
  "team:update",
  "team:delete",
  "member:read",
  "member:manage",
  "role:manage",
  "audit:read",
  "apiKey:manage",
  "workflow:read",
  "workflow:create",
  "workflow:update",
  "workflow:publish",
  "workflow:delete",
  "run:read",
  "run:start",
  "run:cancel",
  "run:retry",
  "connection:read",
  "connection:use",
  "connection:manage",
  "approval:answer",
] as const;
export type Permission = (typeof permissions)[number];

const viewer: readonly Permission[] = ["team:read", "member:read", "workflow:read", "run:read", "connection:read"];
const operator: readonly Permission[] = [...viewer, "run:start", "run:cancel", "run:retry", "approval:answer"];
const editor: readonly Permission[] = [
  ...operator,
  "workflow:create",
  "workflow:update",
  "workflow:publish",
  "workflow:delete",
  "connection:use",
  "connection:manage",
];
const admin: readonly Permission[] = [
  ...editor,
  "team:update",
  "member:manage",
  "role:manage",
  "audit:read",
  "apiKey:manage",
];

/** The one table from roles to permissions. */
export const rolePermissions: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  owner: new Set(permissions),
  admin: new Set(admin),
  editor: new Set(editor),
  operator: new Set(operator),
  viewer: new Set(viewer),
};

/** What a principal may do in a team: `undefined` when it is no member, so that the team stays invisible (404 rather than 403). */
export function teamPermissions(principal: Principal, teamId: string): ReadonlySet<Permission> | undefined {
  switch (principal.kind) {
    case "account": {
      const role = Object.hasOwn(principal.teams, teamId) ? principal.teams[teamId] : undefined;
      return role && rolePermissions[role];
    }
    case "apiKey":
      return principal.teamId === teamId ? new Set(principal.permissions) : undefined;
    case "service":
      return undefined;
  }
}
