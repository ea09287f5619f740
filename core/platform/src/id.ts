import { type Clock, systemClock } from "./clock";

const chancePool = new Uint8Array(4096);
let poolUsed = chancePool.length;

/** Ten random bytes; the generator is asked for many at once because a call costs more than the bytes. */
function takeChance(): Uint8Array {
  if (poolUsed + 10 > chancePool.length) {
    crypto.getRandomValues(chancePool);
    poolUsed = 0;
  }
  poolUsed += 10;
  return chancePool.subarray(poolUsed - 10, poolUsed);
}

/**
 * A maker of UUIDv7: ids of one maker rise strictly, also within a millisecond and when the clock is set back (the last
 * time is kept then). Ids order by time of making, which keeps index pages and partitions together.
 */
export function createIdMaker(clock: Clock): () => string {
  let lastMs = 0;
  let counter = 0;
  return () => {
    const chance = takeChance();
    const nowMs = clock.nowMs();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      counter = (byteAt(chance, 0) << 3) | (byteAt(chance, 1) >> 5);
    } else if (++counter > 0xfff) {
      lastMs += 1;
      counter = 0;
    }
    return format(lastMs, counter, chance);
  };
}

/** A new UUIDv7, in lower case. */
export const newId = createIdMaker(systemClock);

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text is a UUID of any version. */
export const isUuid = (text: unknown): text is string => typeof text === "string" && uuidPattern.test(text);

/** Unix milliseconds at which a UUIDv7 was made. */
export const idTimeMs = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

function format(ms: number, counter: number, chance: Uint8Array): string {
  const time = ms.toString(16).padStart(12, "0");
  const rand = (0x7000 | counter).toString(16);
  const tail = hex((byteAt(chance, 2) & 0x3f) | 0x80) + hex(byteAt(chance, 3));
  let node = "";
  for (let index = 4; index < 10; index++) node += hex(byteAt(chance, index));
  return `${time.slice(0, 8)}-${time.slice(8)}-${rand}-${tail}-${node}`;
}

const hexTable = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const hex = (byte: number): string => hexTable[byte] ?? "00";
const byteAt = (bytes: Uint8Array, index: number): number => bytes[index] ?? 0;
