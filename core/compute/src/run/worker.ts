import type { DispatchMessage, Json } from "@dap/contract";
import { isJsonObject } from "@dap/contract";
import type { Broker, Consumer, Delivery } from "@dap/platform/broker";
import { isUuid } from "@dap/platform/id";
import {
  type ClaimRequest,
  type CommitOutcome,
  createBatcher,
  dispatchQueue,
  type PlanCache,
  type RunCommit,
  type RunStore,
} from "@dap/run";
import { type Claimed, Owner, type OwnerDeps } from "./owner";

export type WorkerSettings = {
  /** Names this process in leases; a new one for each start. */
  readonly workerId: string;
  /** A run that its owner does not renew for so long is anybody's. Renewed every third of it. */
  readonly leaseMs: number;
  /** Runs in hand at a time. */
  readonly prefetch: number;
  /** Time between two looks for signals of held runs, and at their leases. */
  readonly watchMs: number;
  /** A message is acknowledged at the latest after so long; from then on only the lease guards the run. */
  readonly ackAfterMs: number;
  /** How long `stop` lets runs go on before it hands them over. */
  readonly drainMs: number;
};

export type WorkerDeps = Omit<OwnerDeps, "commit" | "countStart"> & {
  readonly store: RunStore;
  readonly broker: Broker;
  readonly planOf: PlanCache;
};

export type Worker = {
  /** Runs that this worker owns now. */
  readonly held: () => number;
  /** Takes no more, lets runs come to an end for a while, and gives the rest up in good order. */
  readonly stop: () => Promise<void>;
};

/** One run in hand. `leaseFromMs` is when its lease was last known to be ours, by a clock that never goes back. */
type Held = {
  readonly claimed: Claimed;
  readonly delivery: Delivery;
  readonly owner: Owner;
  leaseFromMs: number;
  readonly sinceMs: number;
};

const commitBatch = { maxEntries: 200, maxDelayMs: 2, inFlight: 2 };
const claimBatch = { maxEntries: 200, maxDelayMs: 2, inFlight: 2 };

/** Takes runs from the broker and works them; see README.md for what is acknowledged when. */
export async function startWorker(deps: WorkerDeps, settings: WorkerSettings): Promise<Worker> {
  const worker = new RunWorker(deps, settings);
  await worker.start();
  return { held: () => worker.held.size, stop: () => worker.stop() };
}

class RunWorker {
  readonly held = new Set<Held>();
  private readonly handling = new Set<Promise<void>>();
  private readonly claims;
  private readonly commits;
  private consumer: Consumer | undefined;
  private isStopping = false;
  private watching: Promise<void> = Promise.resolve();
  private watchTimer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly deps: WorkerDeps,
    private readonly settings: WorkerSettings,
  ) {
    const { store } = deps;
    this.claims = createBatcher((requests: readonly ClaimRequest[]) => store.claimRuns(requests), claimBatch);
    this.commits = createBatcher(async (commits: readonly RunCommit[]) => {
      const outcomes = await store.commitRuns(commits);
      return commits.map(({ runId }): CommitOutcome => outcomes.get(runId) ?? { kind: "fenced" });
    }, commitBatch);
  }

  async start(): Promise<void> {
    const { broker } = this.deps;
    const { prefetch, watchMs } = this.settings;
    this.consumer = await broker.consume(dispatchQueue, { prefetch }, (delivery) => this.take(delivery));
    // Redelivery is not death, but whoever gets the messages now takes over at once: let go before they begin.
    this.consumer.onLost(() => {
      this.deps.log.warn("The broker's channel was lost: all runs in hand are let go.", { count: this.held.size });
      for (const { owner } of this.held) owner.stop();
    });
    this.watchTimer = setInterval(() => {
      this.watching = this.watching.then(() => this.watch());
    }, watchMs);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.consumer?.stop();
    const drained = Promise.all([...this.handling]);
    await Promise.race([drained, Bun.sleep(this.settings.drainMs)]);
    const rest = [...this.held];
    for (const { owner } of rest) owner.stop();
    await drained;
    clearInterval(this.watchTimer);
    await this.watching;
    await this.giveUp(rest);
  }

  private take(delivery: Delivery): void {
    if (this.isStopping) {
      delivery.nack(true);
      return;
    }
    const message = parseDispatch(delivery.body);
    if (message === undefined) {
      this.deps.log.error("A message is no dispatch; it goes to the dead letters.", { id: delivery.id });
      delivery.nack(false);
      return;
    }
    const handled = this.handle(message, delivery).catch((error) => {
      this.deps.log.error("A run could not be worked; it is delivered again.", { runId: message.runId, error });
      delivery.nack(true);
    });
    this.handling.add(handled);
    void handled.finally(() => this.handling.delete(handled));
  }

  private async handle(message: DispatchMessage, delivery: Delivery): Promise<void> {
    const { workerId, leaseMs } = this.settings;
    const askedMs = performance.now();
    const claimed = await this.claims.add({ ...message, redelivered: delivery.redelivered, workerId, leaseMs });
    if (claimed.kind === "refused") return delivery.ack();
    const { teamId, workflowId, version } = claimed.run;
    const plan = await this.deps.planOf(teamId, workflowId, version);
    const owner = new Owner(claimed, plan, {
      ...this.deps,
      commit: (commit) => this.commits.add(commit),
      countStart: this.deps.store.countStart,
    });
    const held: Held = { claimed, delivery, owner, leaseFromMs: askedMs, sinceMs: askedMs };
    this.held.add(held);
    try {
      const end = await owner.work();
      // A run that was let go keeps its message: whoever let it go decides (or the broker gave it to another already).
      if (end !== "stopped") delivery.ack();
    } finally {
      this.held.delete(held);
    }
  }

  /** Brings news to held runs, renews leases, and lets go of what is no longer ours. Never rejects. */
  private async watch(): Promise<void> {
    const now = performance.now();
    const { watchMs, ackAfterMs, leaseMs } = this.settings;
    const older = [...this.held].filter(({ sinceMs }) => now - sinceMs >= watchMs / 2);
    for (const { delivery, sinceMs } of older) if (now - sinceMs >= ackAfterMs) delivery.ack();
    const due = older.filter(({ leaseFromMs }) => now - leaseFromMs >= leaseMs / 3);
    await Promise.all([this.bringSignals(older), this.renew(due, now)]);
  }

  private async bringSignals(held: readonly Held[]): Promise<void> {
    try {
      const asked = held.map(({ claimed: { run }, owner }) => ({
        teamId: run.teamId,
        runId: run.id,
        foldedSignalSeq: owner.foldedSignalSeq,
      }));
      const signals = await this.deps.store.findSignals(asked);
      for (const { claimed, owner } of held) owner.tell(signals.get(claimed.run.id) ?? []);
    } catch (error) {
      this.deps.log.warn("Signals of held runs could not be read.", { error });
    }
  }

  private async renew(due: readonly Held[], askedMs: number): Promise<void> {
    if (due.length === 0) return;
    const { workerId, leaseMs } = this.settings;
    try {
      const owned = await this.deps.store.renewLeases(workerId, due.map(toOwned), leaseMs);
      for (const held of due) {
        if (owned.has(held.claimed.run.id)) held.leaseFromMs = askedMs;
        else this.letGo(held, "The lease of a run is no longer ours.");
      }
    } catch (error) {
      this.deps.log.warn("Leases could not be renewed.", { count: due.length, error });
      // Nobody takes over before the lease is out; until then trying again is safe.
      for (const held of due) {
        if (performance.now() - held.leaseFromMs >= leaseMs * 0.8) this.letGo(held, "A lease ran out unrenewed.");
      }
    }
  }

  private letGo({ owner, delivery, claimed }: Held, reason: string): void {
    this.deps.log.warn(reason, { runId: claimed.run.id });
    owner.stop();
    // The sweeper sends a new dispatch when the lease is out; this message has nothing more to say.
    delivery.ack();
  }

  private async giveUp(rest: readonly Held[]): Promise<void> {
    if (rest.length === 0) return;
    const { store, log } = this.deps;
    try {
      await store.releaseLeases(this.settings.workerId, rest.map(toOwned));
      for (const { delivery } of rest) delivery.ack();
    } catch (error) {
      log.warn("Leases could not be given up; they run out.", { count: rest.length, error });
      for (const { delivery } of rest) delivery.nack(true);
    }
  }
}

const toOwned = ({ claimed: { run } }: Held) => ({ teamId: run.teamId, runId: run.id, epoch: run.epoch });

function parseDispatch(body: Json): DispatchMessage | undefined {
  if (!isJsonObject(body)) return undefined;
  const { runId, teamId, dispatchId } = body;
  if (!isUuid(runId) || !isUuid(teamId) || !isUuid(dispatchId)) return undefined;
  return { runId, teamId, dispatchId };
}
