import { padded, rotateLeft, word, wordsToBytes } from "./block";

/** SHA-1 of bytes. Broken for signatures; some interfaces still ask for it. */
export function sha1(message: Uint8Array): Uint8Array {
  const view = padded(message, false);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const schedule = new Int32Array(80);
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    for (let index = 0; index < 16; index++) schedule[index] = view.getInt32(offset + index * 4);
    for (let index = 16; index < 80; index++) schedule[index] = rotateLeft(mixed(schedule, index), 1);
    compress(state, schedule);
  }
  return wordsToBytes(state, false);
}

const mixed = (schedule: Int32Array, index: number) =>
  word(schedule, index - 3) ^ word(schedule, index - 8) ^ word(schedule, index - 14) ^ word(schedule, index - 16);

function compress(state: Int32Array, schedule: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let index = 0; index < 80; index++) {
    const next = (rotateLeft(a, 5) + round(index, b, c, d) + e + word(schedule, index)) | 0;
    e = d;
    d = c;
    c = rotateLeft(b, 30);
    b = a;
    a = next;
  }
  [a, b, c, d, e].forEach((value, index) => {
    state[index] = (word(state, index) + value) | 0;
  });
}

function round(index: number, b: number, c: number, d: number): number {
  if (index < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (index < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (index < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}
