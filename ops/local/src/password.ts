/** `make password EMAIL=ann@example.com`: sets a new password on a local installation, whether it runs or not. */
import { readFile } from "node:fs/promises";
import { setPassword } from "@dap/identity";
import { startPostgres } from "@dap/platform/embedded-postgres";
import { Failure } from "@dap/platform/failure";
import { connect } from "@dap/platform/postgres";
import { ensureSecret } from "./secret";
import { type LocalSettings, readLocalSettings } from "./settings";
import { stopWith } from "./stop-line";

try {
  const email = process.env.EMAIL;
  if (!email) throw new Failure("EMAIL_MISSING", 500, "Whose password? make password EMAIL=ann@example.com");
  const password = process.env.PASSWORD ?? prompt(`New password for ${email}:`);
  if (!password) throw new Failure("PASSWORD_MISSING", 500, "No password was given; nothing was changed.");
  const { url, close } = await openIdentity(readLocalSettings(process.env));
  const connection = connect(url, { max: 1, applicationName: "dap password" });
  try {
    await setPassword(connection.db, email, password);
    console.log(`The password of ${email} is set; all sessions were ended.`);
  } finally {
    await connection.close();
    await close();
  }
  process.exit(0);
} catch (error) {
  stopWith(error);
}

async function openIdentity({
  databaseUrl,
  dataDir,
  secretDir,
}: LocalSettings): Promise<{ url: string; close: () => Promise<void> }> {
  if (databaseUrl) return { url: inIdentity(databaseUrl), close: async () => undefined };
  const password = await ensureSecret(secretDir, "postgres");
  const port = await runningPort(`${dataDir}/postgres`);
  if (port !== undefined) {
    const url = `postgres://postgres:${encodeURIComponent(password.reveal())}@127.0.0.1:${port}/dap_identity`;
    return { url, close: async () => undefined };
  }
  const server = await startPostgres({ dataDir: `${dataDir}/postgres`, password });
  return { url: inIdentity(server.url), close: server.stop };
}

/** The port of a server that runs on this folder now: the fourth line of its lock file (its process id is the first). */
async function runningPort(folder: string): Promise<number | undefined> {
  try {
    const lines = (await readFile(`${folder}/postmaster.pid`, "utf8")).split("\n");
    process.kill(Number(lines[0]), 0);
    return Number(lines[3]);
  } catch {
    return undefined; // No lock file, or nobody behind it.
  }
}

function inIdentity(url: string): string {
  const changed = new URL(url);
  changed.pathname = "/dap_identity";
  return changed.href;
}
