const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** "3 minutes ago"; beyond a week the date. `nowMs` and `atMs` are Unix milliseconds. */
export function ago(atMs: number, nowMs: number): string {
  const passedMs = Math.max(0, nowMs - atMs);
  if (passedMs < 5_000) return "just now";
  if (passedMs > 7 * 86_400_000)
    return new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" }).format(atMs);
  const [unit, unitMs] = units.find(([, size]) => passedMs >= size) ?? units[3];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" }).format(
    -Math.floor(passedMs / unitMs),
    unit,
  );
}

/** "in 3 minutes"; what is about to come or late is "now". */
export function ahead(atMs: number, nowMs: number): string {
  const leftMs = atMs - nowMs;
  if (leftMs < 1_000) return "now";
  const [unit, unitMs] = units.find(([, size]) => leftMs >= size) ?? units[3];
  return new Intl.RelativeTimeFormat("en", { style: "long" }).format(Math.floor(leftMs / unitMs), unit);
}

/** A duration in the unit that reads best: `8 ms`, `1.24 s`, `2 m 05 s`, `3 h 10 m`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, "0")} s`;
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} m`;
}

/** A point in time to the millisecond, in UTC, as logs show it. */
export const clockTime = (atMs: number): string => new Date(atMs).toISOString().replace("T", " ").replace("Z", "");
