/** One line of the report. `ratio` is to the bare echo of the same rounds unless the unit says otherwise. */
export type Measure = {
  readonly measure: string;
  readonly ratio: number;
  readonly target: number;
  readonly goal?: number;
  /** `higher` is better by default. */
  readonly better?: "lower";
  readonly unit: string;
  readonly detail?: Readonly<Record<string, number | string>>;
};

/** A measure with its verdict, as printed: one JSON object a line. */
export function formatMeasure(measure: Measure): string {
  const { ratio, target, goal, better } = measure;
  const meets = (bound: number): boolean => (better === "lower" ? ratio <= bound : ratio >= bound);
  return JSON.stringify({
    ...measure,
    ratio: round(ratio),
    meetsTarget: meets(target),
    ...(goal === undefined ? {} : { meetsGoal: meets(goal) }),
  });
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

const round = (value: number): number => Number(value.toPrecision(4));
