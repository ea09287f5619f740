import { padded, word, wordsToBytes } from "./block";

/** The fractions of the cube (round constants) and square roots (start) of the first primes, as FIPS 180-4 defines them. */
const primes = Array.from({ length: 312 }, (_, index) => index)
  .filter(isPrime)
  .slice(0, 64);
const fraction = (root: number) => Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
const constants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const start = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

function isPrime(value: number): boolean {
  for (let divisor = 2; divisor * divisor <= value; divisor++) if (value % divisor === 0) return false;
  return value > 1;
}

const rotate = (value: number, bits: number) => (value >>> bits) | (value << (32 - bits));

/** SHA-256 of bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  const view = padded(message, false);
  const state = start.slice();
  const schedule = new Int32Array(64);
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    for (let index = 0; index < 16; index++) schedule[index] = view.getInt32(offset + index * 4);
    for (let index = 16; index < 64; index++) schedule[index] = extended(schedule, index);
    compress(state, schedule);
  }
  return wordsToBytes(state, false);
}

function extended(schedule: Int32Array, index: number): number {
  const early = word(schedule, index - 15);
  const late = word(schedule, index - 2);
  const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
  const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
  return (word(schedule, index - 16) + s0 + word(schedule, index - 7) + s1) | 0;
}

function compress(state: Int32Array, schedule: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let index = 0; index < 64; index++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const chosen = (e & f) ^ (~e & g);
    const first = (h + s1 + chosen + word(constants, index) + word(schedule, index)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((value, index) => {
    state[index] = (word(state, index) + value) | 0;
  });
}
