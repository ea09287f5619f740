import type { Clock } from "./clock";
import type { Random } from "./random";

/** What a process waits for. Each is an await at which it may die, be held up, or never learn the answer. */
export type Ask =
  | { readonly kind: "store"; readonly apply: () => unknown }
  | { readonly kind: "receive"; readonly timeoutMs: number };

export type Routine = Generator<Ask, void, unknown>;

/** The answer of the store was lost: what was asked may have happened. */
export class AnswerLost extends Error {}

export type Faults = { isOn: boolean; crashes: number; pauses: number; lostAnswers: number };

/** One worker's session with one run: a generator that is driven through virtual time. */
export class Process {
  isDead = false;
  private readonly inbox: unknown[] = [];
  private waiting = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly faults: Faults,
    private readonly routine: Routine,
    private readonly onEnd: (how: "finished" | "crashed") => void,
  ) {}

  start(): void {
    this.drive(() => this.routine.next());
  }

  /** Hands it something that came from outside. */
  send(message: unknown): void {
    if (this.isDead) return;
    this.inbox.push(message);
    if (this.waiting > 0) this.wake(this.waiting);
  }

  private wake(ticket: number): void {
    if (this.isDead || ticket !== this.waiting) return;
    this.waiting = 0;
    const messages = this.inbox.splice(0);
    this.drive(() => this.routine.next(messages));
  }

  private drive(go: () => IteratorResult<Ask, void>): void {
    if (this.isDead) return;
    let result: IteratorResult<Ask, void>;
    try {
      result = go();
    } catch (thrown) {
      // Whoever does not know what became of its claim lets the run go: the message comes again.
      if (!(thrown instanceof AnswerLost)) throw thrown;
      this.crash();
      return;
    }
    if (result.done) this.end("finished");
    else if (result.value.kind === "store") this.askStore(result.value.apply);
    else this.receive(result.value.timeoutMs);
  }

  private askStore(apply: () => unknown): void {
    if (this.hit(0.015)) {
      this.crash();
      return;
    }
    this.clock.after(this.delay(), () => {
      if (this.isDead) return;
      const answer = apply();
      if (this.hit(0.015)) {
        this.crash();
        return;
      }
      const isLost = this.hit(0.02);
      if (isLost) this.faults.lostAnswers += 1;
      this.clock.after(this.delay(), () =>
        this.drive(() => (isLost ? this.routine.throw(new AnswerLost()) : this.routine.next(answer))),
      );
    });
  }

  private receive(timeoutMs: number): void {
    tickets += 1;
    const ticket = tickets;
    this.waiting = ticket;
    this.clock.after(this.inbox.length > 0 ? this.delay() : timeoutMs, () => this.wake(ticket));
  }

  private hit(probability: number): boolean {
    return this.faults.isOn && this.random.chance(probability);
  }

  /** Usually some milliseconds; now and then longer than any lease, after which it goes on as if nothing had been. */
  private delay(): number {
    if (!this.hit(0.015)) return 1 + this.random.int(8);
    this.faults.pauses += 1;
    return 3_000 + this.random.int(9_000);
  }

  private crash(): void {
    this.faults.crashes += 1;
    this.end("crashed");
  }

  private end(how: "finished" | "crashed"): void {
    this.isDead = true;
    this.onEnd(how);
  }
}

let tickets = 0;
