import { padded, rotateLeft, word, wordsToBytes } from "./block";

/** RFC 1321: the table is made of sines, the shifts repeat in fours. */
const sines = Int32Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32) | 0);
const shifts = Int32Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);

/** MD5 of bytes. Broken for signatures; for comparing content with services that show it. */
export function md5(message: Uint8Array): Uint8Array {
  const view = padded(message, true);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let offset = 0; offset < view.byteLength; offset += 64) compress(state, view, offset);
  return wordsToBytes(state, true);
}

function compress(state: Int32Array, view: DataView, offset: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let index = 0; index < 64; index++) {
    const part = view.getInt32(offset + placeOf(index) * 4, true);
    const sum = (a + mix(index, b, c, d) + word(sines, index) + part) | 0;
    const shift = word(shifts, ((index >> 4) << 2) | (index & 3));
    a = d;
    d = c;
    c = b;
    // `b` is still the old one here.
    b = (b + rotateLeft(sum, shift)) | 0;
  }
  [a, b, c, d].forEach((value, index) => {
    state[index] = (word(state, index) + value) | 0;
  });
}

function mix(index: number, b: number, c: number, d: number): number {
  if (index < 16) return (b & c) | (~b & d);
  if (index < 32) return (d & b) | (~d & c);
  return index < 48 ? b ^ c ^ d : c ^ (b | ~d);
}

/** Which word of the block a round takes. */
function placeOf(index: number): number {
  if (index < 16) return index;
  if (index < 32) return (5 * index + 1) & 15;
  return (index < 48 ? 3 * index + 5 : 7 * index) & 15;
}
