/** What the digests share: 64-byte blocks of 32-bit words, padded with 0x80, zeros and the length in bits (FIPS 180-4, RFC 1321). */

/** Reads a table safely: every index is in range by construction. */
export const word = (words: Int32Array | Uint32Array, index: number): number => words[index] ?? 0;

export const rotateLeft = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** The message padded to whole blocks. */
export function padded(message: Uint8Array, isLittleEndian: boolean): DataView {
  const length = (((message.length + 8) >> 6) + 1) << 6;
  const bytes = new Uint8Array(length);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  const low = (message.length << 3) >>> 0;
  const high = Math.floor(message.length / 2 ** 29);
  view.setUint32(length - 8, isLittleEndian ? low : high, isLittleEndian);
  view.setUint32(length - 4, isLittleEndian ? high : low, isLittleEndian);
  return view;
}

/** The state as bytes. */
export function wordsToBytes(state: Int32Array, isLittleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(state.length * 4);
  const view = new DataView(bytes.buffer);
  state.forEach((value, index) => {
    view.setInt32(index * 4, value, isLittleEndian);
  });
  return bytes;
}
