const nonceBytes = 12;
const algorithm = "AES-GCM";

/** Encrypts and authenticates small texts under one key; `context` must be the same when opening. */
export type Sealer = {
  seal(text: string, context: string): Promise<Uint8Array>;
  /** The text; `undefined` when it was sealed with another key or context, or was altered. */
  open(sealed: Uint8Array, context: string): Promise<string | undefined>;
};

/**
 * AES-256-GCM under a key derived (HKDF-SHA-256) from `secret`, at least 32 random bytes, for one `purpose`.
 * Layout: 12 bytes of nonce, then ciphertext and tag.
 */
export async function createSealer(secret: Uint8Array, purpose: string): Promise<Sealer> {
  const root = await crypto.subtle.importKey("raw", Uint8Array.from(secret), "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(`dap ${purpose}`) };
  const key = await crypto.subtle.deriveKey(derivation, root, { name: algorithm, length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  return {
    async seal(text, context) {
      const iv = crypto.getRandomValues(new Uint8Array(nonceBytes));
      const options = { name: algorithm, iv, additionalData: utf8(context) };
      const box = await crypto.subtle.encrypt(options, key, utf8(text));
      return Uint8Array.from([...iv, ...new Uint8Array(box)]);
    },
    async open(sealed, context) {
      const bytes = Uint8Array.from(sealed);
      const options = { name: algorithm, iv: bytes.slice(0, nonceBytes), additionalData: utf8(context) };
      const box = await crypto.subtle.decrypt(options, key, bytes.slice(nonceBytes)).catch(() => undefined);
      return box && new TextDecoder().decode(box);
    },
  };
}

const utf8 = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
