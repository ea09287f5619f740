/** What the tests of this package, and of those that stand on it, need of a data database with runs in it. */
import { join } from "node:path";
import type { AcceptedEvent, RunEvent } from "@dap/contract";
import { newId } from "@dap/platform/id";
import { type Connection, connect } from "@dap/platform/postgres";
import { createTestDatabase, type TestDatabase } from "@dap/platform/test-postgres";
import { createRunStore } from "./create-run-store";
import { createRunMaintenance } from "./maintenance";
import type { ClaimOutcome, RunCommit, RunMaintenance, RunStore } from "./store";

export const dataMigrations = join(import.meta.dir, "../../data/src/database/migration");

export type RunDatabase = {
  readonly database: TestDatabase;
  readonly admin: Connection;
  readonly data: RunStore;
  readonly compute: RunStore;
  readonly edge: RunStore;
  readonly system: RunMaintenance;
  readonly open: (role: "dap_data" | "dap_data_system" | "dap_compute" | "dap_edge", max?: number) => Connection;
  readonly close: () => Promise<void>;
};

/** A fresh data database and every store on it, each under its own role. */
export async function openRunDatabase(): Promise<RunDatabase> {
  const database = await createTestDatabase({ migrations: [dataMigrations] });
  const connections: Connection[] = [];
  const keep = (url: string, max = 4): Connection => {
    const connection = connect(url, { max, applicationName: "test" });
    connections.push(connection);
    return connection;
  };
  const open: RunDatabase["open"] = (role, max) => keep(database.roleUrl(role), max);
  return {
    database,
    admin: keep(database.adminUrl),
    data: createRunStore(open("dap_data").sql),
    compute: createRunStore(open("dap_compute").sql),
    edge: createRunStore(open("dap_edge").sql),
    system: createRunMaintenance(open("dap_data_system").sql),
    open,
    close: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await database.drop();
    },
  };
}

export const acceptedEvent = (teamId: string, more: Partial<AcceptedEvent> = {}): AcceptedEvent => ({
  kind: "accepted",
  atMs: Date.now(),
  runId: newId(),
  teamId,
  workflow: { id: newId(), name: "Order to chat", version: 1 },
  semantics: 1,
  triggerKind: "webhook",
  trigger: { body: { order: { sku: "a-1", n: 2 } } },
  vars: {},
  ...more,
});

export const succeededEvent = (stepKey: string, output: string | number = 1): RunEvent => ({
  kind: "stepSucceeded",
  stepKey,
  attempt: 1,
  output,
  inputHash: "0123456789abcdef",
  startedAtMs: 1,
  atMs: 2,
});

export const endedEvent = (output: string | number | null = null): Extract<RunEvent, { kind: "ended" }> => ({
  kind: "ended",
  outcome: { status: "succeeded", output },
  atMs: Date.now(),
});

/** Accepts a run, rings its doorbell and claims it. */
export async function claimNewRun({ data, system, compute }: RunDatabase, teamId: string, leaseMs = 60_000) {
  const accepted = acceptedEvent(teamId);
  await data.acceptRuns([{ accepted }]);
  const dispatch = (await system.takeDispatches(1000)).find(({ runId }) => runId === accepted.runId);
  if (dispatch === undefined) throw new Error("the run was not dispatched");
  const request = { ...dispatch, redelivered: false, workerId: "worker-1", leaseMs };
  const claimed = await compute.claimRun(request);
  if (claimed.kind !== "claimed") throw new Error("the run was not claimed");
  return { accepted, request, claimed };
}

export const commitOf = (
  { run }: Extract<ClaimOutcome, { kind: "claimed" }>,
  more: Partial<RunCommit> = {},
): RunCommit => ({
  teamId: run.teamId,
  runId: run.id,
  epoch: run.epoch,
  commitToken: newId(),
  afterSeq: run.lastSeq,
  events: [],
  steps: [],
  timers: [],
  foldedSignalSeq: 0,
  next: { kind: "hold", status: "running" },
  ...more,
});
