import { chmod, mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "@dap/platform/id";
import { type CryptoKey, exportJWK, importJWK, type JWK } from "jose";

/** Private keys, each in a file of mode 0600 in a folder of mode 0700. They are never in a database. */
export type KeyFolder = {
  write(kid: string, key: CryptoKey): Promise<void>;
  /** `undefined` when the file is not there. */
  read(kid: string): Promise<CryptoKey | undefined>;
};

/** `folder` is made when it is missing. */
export function openKeyFolder(folder: string): KeyFolder {
  const fileOf = (kid: string) => join(folder, `${kid}.jwk.json`);
  return {
    async write(kid, key) {
      await writePrivate(folder, fileOf(kid), JSON.stringify(await exportJWK(key)));
    },
    async read(kid) {
      const text = await readPrivate(fileOf(kid));
      if (text === undefined) return undefined;
      const key = await importJWK(JSON.parse(text.toString("utf8")) as JWK, "EdDSA"); // importJWK checks what it is given
      return key instanceof Uint8Array ? undefined : key;
    },
  };
}

/** 32 random bytes kept in a file of mode 0600; made at the first call. */
export async function readOrCreateSecret(folder: string, name: string): Promise<Uint8Array> {
  const file = join(folder, name);
  const known = await readPrivate(file);
  if (known) return Uint8Array.from(known);
  const fresh = crypto.getRandomValues(new Uint8Array(32));
  await writePrivate(folder, file, fresh);
  return fresh;
}

async function readPrivate(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whole or not at all, also when the machine dies: written aside, synced, then renamed. */
async function writePrivate(folder: string, file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const aside = `${file}.${newId()}`;
  const handle = await open(aside, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(aside, 0o600);
  await rename(aside, file);
}
