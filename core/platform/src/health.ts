import { sleep } from "./clock";
import { integer, optional, text } from "./config";
import { internalServer, type RunningServer } from "./http";
import { createMetrics, type Metrics } from "./metric";
import type { Sql } from "./postgres";

/** The settings of every service's internal port, to be spread into its own. */
export const internalSettings = {
  internalPort: optional(
    integer("INTERNAL_PORT", {
      min: 0,
      max: 65_535,
      meaning: "port of /healthz, /readyz and /metrics, never public; 0 takes a free one, not set: none",
    }),
  ),
  internalHostname: text("INTERNAL_HOSTNAME", {
    default: "127.0.0.1",
    meaning: "address of the internal port",
  }),
};

/** What `internalSettings` give; tests may leave them out. */
export type InternalSettings = {
  readonly internalPort?: number | undefined;
  readonly internalHostname?: string;
};

/** How one process fares: what it still needs, and its numbers. Services that share a process share it. */
export type Health = {
  readonly metrics: Metrics;
  /** The process is ready only while this is there; a check that fails or takes over a second says that it is not. */
  readonly need: (name: string, isThere: () => boolean | Promise<boolean>) => void;
  /** Names of what is not there now. */
  readonly missing: () => Promise<readonly string[]>;
};

const checkMsMax = 1_000;

export function createHealth(): Health {
  const needs = new Map<string, () => boolean | Promise<boolean>>();
  const metrics = createMetrics();
  const missing = async (): Promise<readonly string[]> => {
    const checks = [...needs].map(async ([name, isThere]) => ((await isThereInTime(isThere)) ? [] : [name]));
    return (await Promise.all(checks)).flat();
  };
  return { metrics, need: (name, isThere) => void needs.set(name, isThere), missing };
}

async function isThereInTime(isThere: () => boolean | Promise<boolean>): Promise<boolean> {
  const tooLate = new AbortController();
  const late = sleep(checkMsMax, tooLate.signal).then(() => false);
  try {
    return await Promise.race([isThere(), late]);
  } catch {
    return false;
  } finally {
    tooLate.abort();
  }
}

/** Whether the database answers, for `need`. */
export const isAnswering = (sql: Sql) => async (): Promise<boolean> => {
  await sql`select 1`;
  return true;
};

/** Counts a service's answers by the class of their status: `dap_http_requests_total{service="team",status="2xx"}`. */
export function countAnswers({ metrics }: Health, service: string): (status: number) => void {
  const answers = metrics.counter("dap_http_requests_total", "Requests answered, by class of status.");
  const classes = ["1xx", "2xx", "3xx", "4xx", "5xx"].map((status) => ({ service, status }));
  return (status) => answers.add(classes[Math.floor(status / 100) - 1]);
}

/** Listens on the internal port, where one is set. Fails with `PORT_IN_USE` when it is taken. */
export const openInternalPort = (
  { missing, metrics }: Health,
  { internalPort: port, internalHostname: hostname = "127.0.0.1" }: InternalSettings,
): RunningServer | undefined =>
  port === undefined ? undefined : internalServer({ ready: missing, metrics: metrics.text, port, hostname });

/** Counts runs as they are accepted, by the service that did and what came of it: `accepted`, `recorded` or `repeated`. */
export function countRuns({ metrics }: Health, service: string): (kind: string) => void {
  const runs = metrics.counter("dap_runs_accepted_total", "Runs accepted, by what came of it.");
  const labels = new Map(["accepted", "recorded", "repeated"].map((kind) => [kind, { service, kind }]));
  return (kind) => runs.add(labels.get(kind));
}
