import type { AcceptedEvent, RunEvent, Workflow } from "@dap/contract";
import { advance as realAdvance } from "../src/advance";
import { compileWorkflow } from "../src/compile-workflow";
import { leavesOf } from "../src/leaf";
import type { Plan } from "../src/plan/plan";
import { simulatedCatalogue } from "./catalogue";
import { checkRun, checkWorld, Witness } from "./check";
import { Clock } from "./clock";
import { Generator } from "./generate";
import { type Faults, Process } from "./process";
import { Random } from "./random";
import { type Delivery, Session, type ShellMutant } from "./shell";
import { MemoryStore, type StoredRun, type StoreMutant } from "./store";
import { World } from "./world";

export type SimulationOptions = {
  readonly storeMutant?: StoreMutant;
  readonly shellMutant?: ShellMutant;
  /** In the place of the engine's own. */
  readonly advance?: typeof realAdvance;
};

export type SimulationReport = {
  readonly violations: readonly string[];
  readonly document: Workflow;
  readonly histories: readonly (readonly RunEvent[])[];
  readonly runs: number;
  readonly events: number;
  readonly faults: Readonly<Omit<Faults, "isOn">> & { readonly messages: number; readonly calls: number };
};

const chaosMs = 12_000;
const patienceMs = 400_000;

/** One world from one seed: a workflow, some runs of it, and everything that can go wrong until it no longer does. */
export function simulate(seed: number, options: SimulationOptions = {}): SimulationReport {
  const random = new Random(seed);
  const document = new Generator(random).workflow();
  const { plan, problems } = compileWorkflow(document, { catalogue: simulatedCatalogue });
  if (!plan) {
    const told = problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
    return { ...nothing, document, violations: [`the checker refuses a generated document: ${told}`] };
  }
  return new Simulation(seed, random, document, plan, options).run();
}

const nothing: Omit<SimulationReport, "document"> = {
  violations: [],
  histories: [],
  runs: 0,
  events: 0,
  faults: { crashes: 0, pauses: 0, lostAnswers: 0, messages: 0, calls: 0 },
};

class Simulation {
  private readonly clock = new Clock();
  private readonly violations: string[] = [];
  private readonly faults: Faults = { isOn: true, crashes: 0, pauses: 0, lostAnswers: 0 };
  private readonly world: World;
  private readonly store: MemoryStore;
  private readonly witness: Witness;
  private readonly advance: typeof realAdvance;
  private messages = 0;
  private sessions = 0;
  private triggers = 0;
  private calls = 0;

  constructor(
    seed: number,
    private readonly random: Random,
    private readonly document: Workflow,
    private readonly plan: Plan,
    private readonly options: SimulationOptions,
  ) {
    this.advance = options.advance ?? realAdvance;
    this.world = new World(this.clock, random, seed);
    this.witness = new Witness(plan, this.advance, this.violate);
    const hasRaces = JSON.stringify(document).includes('"parallel"') || JSON.stringify(document).includes('"forEach"');
    this.store = new MemoryStore(
      this.clock,
      options.storeMutant,
      hasRaces || JSON.stringify(document).includes('"graph"'),
      (run, events) => this.witness.commit(run, events),
      this.violate,
    );
  }

  run(): SimulationReport {
    this.triggers = 1 + this.random.int(2);
    for (let at = 0; at < this.triggers; at += 1) this.trigger(`trigger${at}`);
    this.tick();
    while (this.violations.length === 0 && this.clock.step()) {
      if (this.clock.nowMs > 1_000_000 + chaosMs) this.faults.isOn = false;
      if (this.clock.nowMs > 1_000_000 + patienceMs) break;
    }
    this.check();
    const { crashes, pauses, lostAnswers } = this.faults;
    const histories = [...this.store.runs.values()].map((run) => run.events);
    const events = histories.reduce((sum, history) => sum + history.length, 0);
    const faults = { crashes, pauses, lostAnswers, messages: this.messages, calls: this.calls };
    const { document, violations, store } = this;
    return { violations, document, histories, runs: store.runs.size, events, faults };
  }

  private readonly violate = (message: string): void => void this.violations.push(message);

  private check(): void {
    if (this.store.runs.size !== this.triggers)
      this.violate(`I1: ${this.triggers} triggers made ${this.store.runs.size} runs`);
    for (const run of this.store.runs.values()) checkRun(this.plan, run, this.violate);
    checkWorld(this.world, this.store.runs, this.violate);
  }

  /** A caller who does not get the answer asks again with the same key. */
  private trigger(key: string): void {
    const id = this.store.accept(key, (runId) => this.accepted(runId));
    if (this.random.chance(0.2))
      this.clock.after(50, () => void this.store.accept(key, (runId) => this.accepted(runId)));
    const run = this.store.runs.get(id);
    if (!run) return;
    // An address is known before the run comes to its wait.
    for (const waitId of this.plan.waits)
      if (this.random.chance(0.4)) this.clock.after(this.random.int(3_000), () => this.call(run, waitId));
    if (this.random.chance(0.1)) {
      const force = this.random.chance(0.3);
      this.clock.after(this.random.int(4_000), () =>
        this.store.signal(run, { kind: "cancelRequested", force, by: "somebody" }),
      );
    }
    if (this.random.chance(0.06))
      this.clock.after(this.random.int(6_000), () => this.store.signal(run, { kind: "deadlinePassed" }));
  }

  private accepted(runId: string): AcceptedEvent {
    const workflow = { id: "w", name: "simulated", version: 1 };
    const common = { atMs: this.clock.nowMs, runId, teamId: "t", workflow, semantics: 1 };
    return { kind: "accepted", ...common, triggerKind: "manual", trigger: { body: {} }, vars: {} };
  }

  /** Relay, timers and sweeper, again and again until every run is over. */
  private tick(): void {
    const open = [...this.store.runs.values()].filter((run) => run.outcome === undefined);
    for (const run of open) {
      this.relay(run);
      this.fireTimers(run);
      this.callBack(run);
      this.sweep(run);
    }
    if (open.length > 0 || this.faults.isOn) this.clock.after(40 + this.random.int(40), () => this.tick());
  }

  private relay(run: StoredRun): void {
    if (run.dispatchSentAtMs !== undefined) return;
    const { dispatch } = run;
    this.publish(run, dispatch);
    // A relay that dies here publishes again.
    if (!this.hit(0.05)) run.dispatchSentAtMs = this.clock.nowMs;
  }

  private fireTimers(run: StoredRun): void {
    for (const timer of run.timers) {
      if (timer.isFired || timer.dueAtMs > this.clock.nowMs) continue;
      this.store.fire(run, timer);
      if (!this.hit(0.2)) timer.isFired = true;
    }
  }

  /** People call addresses when it suits them, some of them several times and at once. */
  private callBack(run: StoredRun): void {
    for (const leaf of leavesOf(this.witness.stateOf(run.id)?.live ?? null))
      if (leaf.kind === "event" && this.random.chance(0.04)) this.call(run, leaf.stepKey);
      else if (leaf.kind === "approval" && this.random.chance(0.08)) this.answer(run, leaf.stepKey);
  }

  private answer(run: StoredRun, stepKey: string): void {
    const needed = this.plan.steps.get(stepKey.split("/", 1)[0] ?? "")?.approval?.needed ?? 1;
    const decision = this.random.chance(0.8) ? "approve" : "reject";
    this.store.decide(run, stepKey, `person${this.random.int(3)}`, decision, needed);
  }

  private call(run: StoredRun, stepKey: string): void {
    const tries = 1 + this.random.int(3);
    for (let one = 0; one < tries; one += 1)
      if (this.store.answerWait(run, stepKey, { v: this.random.int(10) })) this.calls += 1;
  }

  private sweep(run: StoredRun): void {
    const now = this.clock.nowMs;
    const isExpired = run.leaseUntilMs > 0 && run.leaseUntilMs < now;
    const isForgotten =
      run.dispatchSentAtMs !== undefined && !run.isDispatchClaimed && run.dispatchSentAtMs + 1_500 < now;
    if (isExpired) run.leaseUntilMs = 0;
    if (isExpired || (isForgotten && run.leaseUntilMs < now)) run.ring();
  }

  private publish(run: StoredRun, dispatch: number): void {
    const copies = this.hit(0.06) ? 0 : this.hit(0.1) ? 2 : 1;
    if (copies !== 1) this.messages += 1;
    for (let copy = 0; copy < copies; copy += 1)
      this.clock.after(this.latency(), () => this.receive(run, dispatch, false));
  }

  private latency(): number {
    return this.hit(0.05) ? this.random.int(4_000) : 1 + this.random.int(10);
  }

  private receive(run: StoredRun, dispatch: number, redelivered: boolean): void {
    this.sessions += 1;
    const name = `session${this.sessions}`;
    let process: Process | undefined;
    const deliver = (delivery: Delivery): void => process?.send(delivery);
    const session = new Session(this.deps(), run, name, deliver);
    process = new Process(this.clock, this.random, this.faults, session.work(dispatch, redelivered), (how) => {
      if (how === "crashed") this.clock.after(20 + this.random.int(200), () => this.receive(run, dispatch, true));
    });
    process.start();
  }

  private deps() {
    const { plan, advance, store, random, world } = this;
    return {
      plan,
      advance,
      store,
      random,
      world: this.watched(world),
      nowMs: () => this.clock.nowMs,
      violate: this.violate,
      mutant: this.options.shellMutant,
    };
  }

  /** The world, with an eye on whether each call follows from what is committed. */
  private watched(world: World): World {
    const perform: World["perform"] = (runId, invoke, reply) => {
      if (!this.witness.isAsked(runId, invoke.stepKey, invoke.attempt))
        this.violate(`I4: ${runId} ${invoke.stepKey} is called before its cause is committed`);
      world.perform(runId, invoke, reply);
    };
    return Object.assign(Object.create(world), { perform });
  }

  private hit(probability: number): boolean {
    return this.faults.isOn && this.random.chance(probability);
  }
}
