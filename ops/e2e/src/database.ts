import { readFileSync } from "node:fs";
import { appRoles, type RoleName } from "@dap/platform/postgres";
import postgres from "postgres";

export const roleNames = Object.keys(appRoles) as RoleName[]; // keyof loses nothing here: the object has these keys only

/** The platform's own databases, as their owner and as each role that a service logs in with. */
export function openDatabases(dataDir: string) {
  const secretOf = (name: string): string => readFileSync(`${dataDir}/secret/${name}`, "utf8").trim();
  const port = Number(readFileSync(`${dataDir}/postgres/postmaster.pid`, "utf8").split("\n")[3]);
  const opened: postgres.Sql[] = [];
  const open = (user: string, password: string, database: string): postgres.Sql => {
    const sql = postgres({ host: "127.0.0.1", port, user, password, database, max: 1, onnotice: () => {} });
    opened.push(sql);
    return sql;
  };
  return {
    admin: (database: string) => open("postgres", secretOf("postgres"), database),
    asRole: (role: RoleName, database = `dap_${appRoles[role]}`) => open(role, secretOf(`postgres-${role}`), database),
    close: () => Promise.all(opened.map((sql) => sql.end({ timeout: 1 }))),
  };
}
