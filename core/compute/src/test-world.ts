/** What the tests of the worker need: a data database, a broker, relay and sweeper, and steps that do what a test says. */
import type { StepCall, StepResult } from "@dap/connector";
import { catalogue as builtIn } from "@dap/connector";
import type { EffectClass, Json, RealtimeMessage, RunOutcome, StepDefinition, Workflow } from "@dap/contract";
import { compileWorkflow, type Plan } from "@dap/engine";
import { type Broker, createEmbeddedBroker, ensureEmbeddedBroker } from "@dap/platform/broker";
import { sleep } from "@dap/platform/clock";
import { newId } from "@dap/platform/id";
import { silentLogger } from "@dap/platform/log";
import { Secret } from "@dap/platform/secret";
import { checkInvariants, dispatchQueue, type Violation } from "@dap/run";
import { acceptedEvent, openRunDatabase, type RunDatabase } from "@dap/run/test-run";
import type { ComputeConfig } from "./config";
import { type ComputeParts, start } from "./main";

type Perform = (call: StepCall, signal: AbortSignal) => Promise<StepResult>;

const definition = (use: string, effect: EffectClass): StepDefinition => ({
  use,
  title: use,
  description: use,
  input: true,
  output: true,
  effect,
  sample: { with: {}, output: null },
});

/** The built-in steps, and `test.read`, `test.keyed` and `test.unkeyed`, whose doing is the test's. */
export const testCatalogue = new Map([
  ...builtIn,
  ...(["read", "keyed", "unkeyed"] as const).map(
    (effect) => [`test.${effect}`, definition(`test.${effect}`, effect)] as const,
  ),
]);

export const succeeded = (output: Json): StepResult => ({ kind: "succeeded", output });

export type World = {
  readonly runs: RunDatabase;
  readonly broker: Broker;
  readonly teamId: string;
  readonly published: RealtimeMessage[];
  readonly publishVersion: (document: Omit<Workflow, "dap" | "name" | "trigger">) => Promise<{ id: string }>;
  readonly startRun: (workflow: { id: string }, body?: Json) => Promise<string>;
  readonly startWorker: (
    perform: Perform,
    more?: Partial<ComputeConfig>,
    parts?: ComputeParts,
  ) => ReturnType<typeof start>;
  /** The outcome, waited for up to 10 seconds. */
  readonly outcome: (runId: string) => Promise<RunOutcome>;
  readonly until: (isSo: () => boolean | Promise<boolean>) => Promise<void>;
  readonly check: () => Promise<readonly Violation[]>;
  readonly close: () => Promise<void>;
};

export async function openWorld(openBroker?: () => Promise<Broker>): Promise<World> {
  const runs = await openRunDatabase();
  const teamId = newId();
  await ensureEmbeddedBroker(runs.database.ownerUrl);
  const embedded = (role: "dap_compute" | "dap_data_system") =>
    createEmbeddedBroker(runs.database.roleUrl(role), { log: silentLogger, pollMs: 200 });
  const broker = await (openBroker?.() ?? embedded("dap_data_system"));
  const published: RealtimeMessage[] = [];
  const stopping = new AbortController();
  const relaying = relay(runs, broker, stopping.signal);
  const stops: (() => Promise<void>)[] = [];
  const until: World["until"] = async (isSo) => {
    for (const endMs = Date.now() + 10_000; !(await isSo()); await sleep(10)) {
      if (Date.now() > endMs) throw new Error("it did not come to that within 10 seconds");
    }
  };
  return {
    runs,
    broker,
    teamId,
    published,
    until,
    publishVersion: (document) => insertVersion(runs, teamId, document),
    startRun: async ({ id }, body = {}) => {
      const workflow = { id, name: "test", version: 1 };
      const accepted = acceptedEvent(teamId, { workflow, trigger: { body }, triggerKind: "manual" });
      await runs.data.acceptRuns([{ accepted }]);
      return accepted.runId;
    },
    startWorker: async (performStep, more, parts) => {
      const steps = { catalogue: testCatalogue, performStep };
      const own = parts?.broker ?? (await embedded("dap_compute"));
      const publish = (messages: readonly RealtimeMessage[]) => void published.push(...messages);
      const worker = await start(workerConfig(runs, more), {
        log: silentLogger,
        broker: own,
        steps,
        publish,
        ...parts,
      });
      stops.push(async () => {
        await worker.stop();
        await own.close();
      });
      return worker;
    },
    outcome: async (runId) => {
      let outcome: RunOutcome | undefined;
      await until(async () => {
        outcome = (await runs.data.findRun(teamId, runId))?.outcome;
        return outcome !== undefined;
      });
      if (outcome === undefined) throw new Error("no outcome");
      return outcome;
    },
    check: () => checkInvariants(runs.admin.sql, { planOf: createPlanReader(runs) }),
    close: async () => {
      await Promise.all(stops.map((stop) => stop()));
      stopping.abort();
      await relaying;
      await broker.close();
      await runs.close();
    },
  };
}

/** Relay and sweeper as data has them, at a test's pace. */
async function relay({ system }: RunDatabase, broker: Broker, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const taken = await system.takeDispatches(256);
    const messages = taken.map((dispatch) => ({ id: dispatch.dispatchId, body: { ...dispatch } }));
    const { confirmed } = await broker.publish(dispatchQueue, messages);
    await system.markDispatched(taken.filter(({ dispatchId }) => confirmed.includes(dispatchId)));
    const fired = await system.fireTimers(100);
    const { redispatched, deadlines } = await system.sweep({ unclaimedMs: 5_000 });
    if (taken.length + fired + redispatched + deadlines === 0) await sleep(10, signal);
  }
}

const workerConfig = ({ database }: RunDatabase, more: Partial<ComputeConfig> = {}): ComputeConfig => ({
  databaseUrl: new Secret(database.roleUrl("dap_compute")),
  brokerUrl: undefined,
  serviceSecret: new Secret("test-service-secret-of-32-characters"),
  realtimeUrl: "http://127.0.0.1:9",
  egressAllow: [],
  connectionsMax: 4,
  leaseMs: 2_000,
  prefetch: 100,
  watchMs: 50,
  ackAfterMs: 300_000,
  drainMs: 300,
  ...more,
});

async function insertVersion(
  { admin }: RunDatabase,
  teamId: string,
  more: Omit<Workflow, "dap" | "name" | "trigger">,
): Promise<{ id: string }> {
  const document: Workflow = { dap: 1, name: "test", trigger: { kind: "manual" }, ...more };
  const { problems, plan } = compileWorkflow(document, { catalogue: testCatalogue });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  const id = newId();
  const text = JSON.stringify(document);
  await admin.sql`insert into workflow (team_id, id, name, draft) values (${teamId}, ${id}, 'test', ${text})`;
  await admin.sql`
    insert into workflow_version (team_id, workflow_id, version, name, trigger_kind, document, created_by_kind, created_by_id)
    values (${teamId}, ${id}, 1, 'test', 'manual', ${text}, 'service', 'test')`;
  return { id };
}

/** Compiles pinned versions for the check of I4 and I5. */
export function createPlanReader({ admin }: RunDatabase) {
  const plans = new Map<string, Plan | undefined>();
  return async (teamId: string, workflowId: string, version: number): Promise<Plan | undefined> => {
    const key = `${workflowId}/${version}`;
    if (!plans.has(key)) {
      const [row] = await admin.sql<{ document: string }[]>`
        select document from workflow_version
        where team_id = ${teamId} and workflow_id = ${workflowId} and version = ${version}`;
      plans.set(key, row && compileWorkflow(JSON.parse(row.document), { catalogue: testCatalogue }).plan);
    }
    return plans.get(key);
  };
}
