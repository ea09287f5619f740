import { appRoles, bootstrapDatabases, connect, type DatabaseName, type RoleName } from "@dap/platform/postgres";
import { Secret } from "@dap/platform/secret";
import { createRunMaintenance } from "@dap/run";

/** URLs of the three databases, for their owner (migrations) and for each role that services log in with. */
export type DatabaseUrls = {
  readonly owner: (database: DatabaseName) => Secret<string>;
  readonly role: (role: RoleName) => Secret<string>;
};

/** Creates what is missing of the databases and roles on one cluster. The roles' passwords are kept in SECRET_DIR. */
export async function databases(config: {
  readonly adminDatabaseUrl: Secret<string>;
  readonly rolePasswords: (role: string) => Promise<Secret<string>>;
}): Promise<DatabaseUrls> {
  // Object.keys widens to string; the object has these keys only.
  const roles = Object.keys(appRoles) as RoleName[];
  const entries = await Promise.all(roles.map(async (role) => [role, await config.rolePasswords(role)] as const));
  const { ownerUrl, roleUrl } = await bootstrapDatabases({
    adminUrl: config.adminDatabaseUrl.reveal(),
    databases: ["identity", "team", "data"],
    // One entry per role, made just above.
    passwords: Object.fromEntries(entries) as Record<RoleName, Secret<string>>,
  });
  return { owner: (database) => new Secret(ownerUrl(database)), role: (role) => new Secret(roleUrl(role)) };
}

/** On one machine whoever held a run died with the last process: its leases are void at once instead of at their end. */
export async function voidLeases(urls: DatabaseUrls): Promise<void> {
  const { sql, close } = connect(urls.role("dap_data_system").reveal(), { max: 1, applicationName: "dap boot" });
  try {
    await createRunMaintenance(sql).voidLeases();
  } finally {
    await close();
  }
}
