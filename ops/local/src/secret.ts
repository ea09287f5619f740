import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { Secret } from "@dap/platform/secret";

/** Reads a random secret from SECRET_DIR, making it at first use: 256 bits as base64url, in a file only its owner can read. */
export async function ensureSecret(secretDir: string, name: string): Promise<Secret<string>> {
  await mkdir(secretDir, { recursive: true, mode: 0o700 });
  await chmod(secretDir, 0o700);
  const file = `${secretDir}/${name}`;
  const found = await readText(file);
  if (found) return new Secret(found);
  // Written aside and linked into place: two starts at once agree on one secret, and a crash leaves no half of one.
  const aside = `${file}.${randomBytes(8).toString("hex")}`;
  await writeFile(aside, randomBytes(32).toString("base64url"), { mode: 0o600 });
  await link(aside, file).catch(() => undefined);
  await unlink(aside);
  const written = await readText(file);
  if (!written) throw new Error(`cannot write ${file}`);
  return new Secret(written);
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, "utf8")).trim() || undefined;
  } catch {
    return undefined;
  }
}
