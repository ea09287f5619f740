/** Allows so many a second, with as many at once after a pause. Gives a function that takes one place if there is any. */
export function createRateLimit(perSecond: number, startMs: number): (nowMs: number) => boolean {
  let places = perSecond;
  let lastMs = startMs;
  return (nowMs) => {
    places = Math.min(perSecond, places + ((nowMs - lastMs) / 1_000) * perSecond);
    lastMs = nowMs;
    if (places < 1) return false;
    places--;
    return true;
  };
}
