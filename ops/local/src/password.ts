/** `make password EMAIL=ann@example.com`: sets a new password on a local installation, whether it runs or not. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setPassword } from "@dap/identity";
import { Failure } from "@dap/platform/failure";
import { connect } from "@dap/platform/postgres";
import { claimDataDir } from "./data-dir";
import { openServer } from "./postgres-server";
import { ensureSecret } from "./secret";
import { type LocalSettings, readLocalSettings } from "./settings";
import { stopWith } from "./stop-line";

try {
  const email = process.env.EMAIL;
  if (!email) throw new Failure("EMAIL_MISSING", 500, "Whose password? make password EMAIL=ann@example.com");
  const settings = readLocalSettings(process.env);
  if (!settings.databaseUrl && !existsSync(`${settings.dataDir}/postgres`)) {
    const advice = `No platform was ever started in ${settings.dataDir}. Name its folder: DATA_DIR=... make password EMAIL=${email}`;
    throw new Failure("NOT_A_DATA_DIR", 500, advice);
  }
  const password = process.env.PASSWORD ?? askHidden(`New password for ${email}: `);
  if (!password) throw new Failure("PASSWORD_MISSING", 500, "No password was given; nothing was changed.");
  const { url, close } = await openIdentity(settings);
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

/** Asks at the terminal without showing what is typed. */
function askHidden(question: string): string | null {
  const setEcho = (mode: "-echo" | "echo") => Bun.spawnSync(["stty", mode], { stdin: "inherit", stderr: "ignore" });
  if (!process.stdin.isTTY) return prompt(question);
  setEcho("-echo");
  try {
    return prompt(question);
  } finally {
    setEcho("echo");
    console.log();
  }
}

type Opened = { readonly url: string; readonly close: () => Promise<void> };

/** The identity database: of the server that runs for the platform now, else of one that is started for this alone. */
async function openIdentity(settings: LocalSettings): Promise<Opened> {
  const { dataDir, secretDir, databaseUrl } = settings;
  const running = databaseUrl ? undefined : await runningPort(`${dataDir}/postgres`);
  if (running !== undefined) {
    const password = await ensureSecret(secretDir, "postgres");
    const login = `postgres:${encodeURIComponent(password.reveal())}`;
    return { url: `postgres://${login}@127.0.0.1:${running}/dap_identity`, close: async () => undefined };
  }
  // With DATABASE_URL a platform may well be running: then its folder is not touched, and no claim is needed.
  const claim = databaseUrl ? undefined : claimDataDir(dataDir);
  const server = await openServer(settings);
  const url = new URL(server.adminUrl.reveal());
  url.pathname = "/dap_identity";
  return {
    url: url.href,
    close: async () => {
      await server.stop();
      claim?.release();
    },
  };
}

/** The port of a server that runs on this folder now: the fourth line of its lock file (its process id is the first). */
async function runningPort(folder: string): Promise<number | undefined> {
  try {
    const lines = (await readFile(`${folder}/postmaster.pid`, "utf8")).split("\n");
    const command = await readFile(`/proc/${Number(lines[0])}/cmdline`, "utf8");
    return command.includes("postgres") ? Number(lines[3]) : undefined;
  } catch {
    return undefined; // No lock file, or nobody behind it.
  }
}
