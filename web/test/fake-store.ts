import type {
  Json,
  RealtimeMessage,
  RunDetail,
  RunEvent,
  RunStatus,
  StepView,
  StoredEvent,
  Workflow,
} from "@dap/contract";
import type { Team, VersionResource, WorkflowResource } from "../src/api/resource";

/** One account of the fake: a password in the clear, since nothing here is real. */
export type FakeAccount = { id: string; email: string; name: string; password: string; teams: Team[] };

export type FakeWorkflow = { -readonly [K in keyof WorkflowResource]: WorkflowResource[K] } & {
  versions: Omit<VersionResource, "active">[];
};

export type FakeRun = {
  id: string;
  teamId: string;
  workflowId: string;
  workflowName: string;
  version: number;
  status: RunStatus;
  trigger: RunDetail["trigger"];
  createdAtMs: number;
  endedAtMs: number | undefined;
  input: Json;
  output: Json | null;
  error: RunDetail["error"];
  events: StoredEvent[];
  steps: Map<string, StepView>;
  cancel: () => void;
};

/** Everything the fake knows, in memory. `listeners` are told about every event, as realtime would. */
export type FakeStore = {
  readonly accounts: Map<string, FakeAccount>;
  readonly refreshTokens: Map<string, FakeAccount>;
  readonly workflows: Map<string, FakeWorkflow>;
  readonly runs: Map<string, FakeRun>;
  readonly listeners: Set<(topic: string, message: RealtimeMessage) => void>;
  readonly tickets: Set<string>;
};

export const createStore = (): FakeStore => ({
  accounts: new Map(),
  refreshTokens: new Map(),
  workflows: new Map(),
  runs: new Map(),
  listeners: new Set(),
  tickets: new Set(),
});

const iso = (ms: number) => new Date(ms).toISOString();

export const summaryOf = (run: FakeRun) => ({
  id: run.id,
  workflowId: run.workflowId,
  workflowName: run.workflowName,
  version: run.version,
  status: run.status,
  trigger: run.trigger,
  createdAt: iso(run.createdAtMs),
  endedAt: run.endedAtMs === undefined ? null : iso(run.endedAtMs),
});

export const detailOf = (run: FakeRun): RunDetail => ({
  ...summaryOf(run),
  input: run.input,
  output: run.output,
  error: run.error,
  lastSeq: run.events.length,
  steps: [...run.steps.values()],
});

/** Appends an event and tells everybody who listens. */
export function record(store: FakeStore, run: FakeRun, event: RunEvent): void {
  const seq = run.events.length + 1;
  run.events.push({ seq, event });
  const message: RealtimeMessage = { kind: "runEvent", runId: run.id, teamId: run.teamId, seq, event };
  for (const listener of store.listeners) listener(`run/${run.id}`, message);
}

/** Sets the run's status and tells the list of the team. */
export function setStatus(store: FakeStore, run: FakeRun, status: RunStatus): void {
  run.status = status;
  const message: RealtimeMessage = { kind: "runChanged", teamId: run.teamId, run: summaryOf(run) };
  for (const listener of store.listeners) listener(`team/${run.teamId}/runs`, message);
}

export function addTeam(name: string, slug: string): Team {
  return { id: Bun.randomUUIDv7(), slug, name, role: "owner" };
}

export function addWorkflow(store: FakeStore, teamId: string, draft: Workflow, atMs = Date.now()): FakeWorkflow {
  const workflow: FakeWorkflow = {
    id: Bun.randomUUIDv7(),
    teamId,
    name: draft.name,
    folder: null,
    tags: [],
    draft,
    draftVersion: 1,
    problems: [],
    activeVersion: null,
    paused: false,
    endpoint: null,
    createdAt: iso(atMs),
    updatedAt: iso(atMs),
    versions: [],
  };
  store.workflows.set(workflow.id, workflow);
  return workflow;
}

export function publish(workflow: FakeWorkflow, origin: string, note?: string, atMs = Date.now()): void {
  const version = workflow.versions.length + 1;
  workflow.versions.unshift({ version, note: note ?? null, createdAt: iso(atMs) });
  workflow.activeVersion = version;
  if (workflow.draft.trigger.kind === "webhook" && !workflow.endpoint) rotate(workflow, origin);
}

export function rotate(workflow: FakeWorkflow, origin: string): void {
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16)))
    .toString("base64url")
    .slice(0, 22)
    .replace(/[-_]/g, "x");
  workflow.endpoint = { id, url: `${origin}/w/${id}` };
}
