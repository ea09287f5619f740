/** Values that say how a process fares, in the Prometheus text format. A counter asked for twice is one. */
export type Metrics = {
  /** A number that only rises. Labels must have few values: never ids. */
  readonly counter: (name: string, help: string) => Counter;
  /** A number read when somebody asks; left out when it cannot be read. */
  readonly gauge: (name: string, help: string, read: () => number | Promise<number>) => void;
  /** Durations in seconds, counted by size. */
  readonly histogram: (name: string, help: string, bounds?: readonly number[]) => Histogram;
  /** All of them as text, for `internalServer`. */
  readonly text: () => Promise<string>;
};

export type Labels = Readonly<Record<string, string>>;
export type Counter = { readonly add: (labels?: Labels, by?: number) => void };
export type Histogram = { readonly observe: (seconds: number, labels?: Labels) => void };

const secondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(): Metrics {
  type Lines = readonly string[] | Promise<readonly string[]>;
  const families: (() => Promise<string>)[] = [];
  const family = (name: string, help: string, kind: string, lines: () => Lines) =>
    families.push(async () => [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...(await lines())].join("\n"));
  const counters = new Map<string, Counter>();

  return {
    counter: (name, help) => {
      const known = counters.get(name);
      if (known) return known;
      const values = new Map<string, number>();
      family(name, help, "counter", () => [...values].map(([labels, value]) => `${name}${labels} ${value}`));
      const counter: Counter = {
        add: (labels = none, by = 1) => {
          const key = keyOf(labels);
          values.set(key, (values.get(key) ?? 0) + by);
        },
      };
      counters.set(name, counter);
      return counter;
    },
    gauge: (name, help, read) => {
      family(name, help, "gauge", async () => {
        const value = await Promise.resolve()
          .then(read)
          .catch(() => undefined);
        return value === undefined ? [] : [`${name} ${value}`];
      });
    },
    histogram: (name, help, bounds = secondsBounds) => {
      const series = new Map<string, { readonly labels: Labels; readonly counts: number[]; sum: number }>();
      family(name, help, "histogram", () => [...series.values()].flatMap((one) => showSeries(name, bounds, one)));
      return {
        observe: (seconds, labels = {}) => {
          const key = show(labels);
          const one = series.get(key) ?? { labels, counts: Array<number>(bounds.length + 1).fill(0), sum: 0 };
          series.set(key, one);
          const place = bounds.findIndex((bound) => seconds <= bound);
          const index = place === -1 ? bounds.length : place;
          one.counts[index] = (one.counts[index] ?? 0) + 1;
          one.sum += seconds;
        },
      };
    },
    text: async () => `${(await Promise.all(families.map((lines) => lines()))).join("\n")}\n`,
  };
}

const none: Labels = {};
const keys = new WeakMap<Labels, string>();

/** Counting is on the way of every request: labels that are one object each time are written out once. */
function keyOf(labels: Labels): string {
  const known = keys.get(labels);
  if (known !== undefined) return known;
  const key = show(labels);
  keys.set(labels, key);
  return key;
}

type Series = { readonly labels: Labels; readonly counts: readonly number[]; readonly sum: number };

function showSeries(name: string, bounds: readonly number[], { labels, counts, sum }: Series): string[] {
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    return `${name}_bucket${show({ ...labels, le: String(bounds[index] ?? "+Inf") })} ${total}`;
  });
  return [...buckets, `${name}_sum${show(labels)} ${sum}`, `${name}_count${show(labels)} ${total}`];
}

function show(labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escapeLabel = (value: string): string => value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
