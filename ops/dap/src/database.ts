import { appRoles, bootstrapDatabases, type DatabaseName, type RoleName } from "@dap/platform/postgres";
import { Secret } from "@dap/platform/secret";

/** URLs of the three databases, for their owner (migrations) and for each role that services log in with. */
export type DatabaseUrls = {
  readonly owner: (database: DatabaseName) => Secret<string>;
  readonly role: (role: RoleName) => Secret<string>;
};

/** Creates what is missing of the databases and roles on one cluster. The roles' passwords are kept in SECRET_DIR. */
export async function databases(config: {
  readonly adminDatabaseUrl: Secret<string>;
  readonly rolePassword: (role: string) => Promise<Secret<string>>;
}): Promise<DatabaseUrls> {
  // Object.keys widens to string; the object has these keys only.
  const roles = Object.keys(appRoles) as RoleName[];
  const entries = await Promise.all(roles.map(async (role) => [role, await config.rolePassword(role)] as const));
  const { ownerUrl, roleUrl } = await bootstrapDatabases({
    adminUrl: config.adminDatabaseUrl.reveal(),
    databases: ["identity", "team", "data"],
    // One entry per role, made just above.
    passwords: Object.fromEntries(entries) as Record<RoleName, Secret<string>>,
  });
  return { owner: (database) => new Secret(ownerUrl(database)), role: (role) => new Secret(roleUrl(role)) };
}
