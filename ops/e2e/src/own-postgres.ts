import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "@dap/platform/embedded-postgres";
import { connect } from "@dap/platform/postgres";
import { Secret } from "@dap/platform/secret";

/** A Postgres server as somebody else runs it: its roles are the cluster's, so the server that tests share would not do. */
export type OwnPostgres = {
  /** A role with CREATEDB and CREATEROLE and nothing more. */
  readonly url: string;
  /** The same server with another login or password. */
  readonly urlOf: (login: string) => string;
  readonly stop: () => Promise<void>;
};

/** Starts one in a folder of its own; it ends with this process. */
export async function startServerOfOnesOwn(): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "dap-own-postgres-"));
  chmodSync(folder, 0o755);
  const server = await startPostgres({
    dataDir: join(folder, "data"),
    password: new Secret("super"),
    durable: false,
  });
  const { sql, close } = connect(server.url, { max: 1, applicationName: "test" });
  await sql.unsafe("create role ann login createdb createrole password 'pass'");
  await sql.unsafe("create role plain login password 'pass'");
  await close();
  const urlOf = (login: string): string => server.url.replace(/\/\/[^@]*@/, `//${login}@`);
  return {
    url: urlOf("ann:pass"),
    urlOf,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
