/** The known word nearest to `word`, if it is near enough to be what was meant. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  const distanceMax = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = distanceMax + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > distanceMax + 1 || candidate.length > 200) continue;
    const distance = wordDistance(word, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Case costs little, so that `userid` finds `userId`. */
function wordDistance(left: string, right: string): number {
  if (left.toLowerCase() === right.toLowerCase()) return 0.5;
  return editDistance(left.toLowerCase(), right.toLowerCase());
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
export function editDistance(left: string, right: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    for (let j = 1; j <= right.length; j++) {
      const cost = left[i - 1] === right[j - 1] ? 0 : 1;
      let value = Math.min(at(previous, j) + 1, at(current, j - 1) + 1, at(previous, j - 1) + cost);
      const isSwap = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (isSwap) value = Math.min(value, at(older, j - 2) + 1);
      current.push(value);
    }
    [older, previous] = [previous, current];
  }
  return at(previous, right.length);
}

const at = (row: readonly number[], index: number) => row[index] ?? 0;
