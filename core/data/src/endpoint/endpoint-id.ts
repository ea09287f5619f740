const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const length = 22;
/** The largest multiple of 62 in a byte: bytes from here on are thrown away, so that no character is likelier than another. */
const fair = 248;

/** A new endpoint id: 22 base62 characters, 130 bits of chance. Nobody can guess one. */
export function newEndpointId(): string {
  let id = "";
  while (id.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2)))
      if (byte < fair && id.length < length) id += alphabet[byte % alphabet.length];
  }
  return id;
}
