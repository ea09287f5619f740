/** Chance that can be had again from its seed (a linear congruential generator with a mixed output). */
export function createRandom(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return {
    /** 0 to n - 1. */
    below,
    shuffle: <T>(list: readonly T[]): T[] => {
      const shuffled = [...list];
      for (let index = shuffled.length - 1; index > 0; index--) {
        const other = below(index + 1);
        const held = shuffled[index] as T; // both are within the list
        shuffled[index] = shuffled[other] as T; // the other one, too
        shuffled[other] = held;
      }
      return shuffled;
    },
  };
}

/** The value below which a part of the list lies; `NaN` for an empty one. */
export const quantile = (values: readonly number[], part: number): number => {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};
