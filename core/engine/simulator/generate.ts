import type { PlainStep, Step, StepCommon, Workflow } from "@dap/contract";
import type { Random } from "./random";

/** What a generated list may read: steps that have run on every way to it, each with a number `v`. */
type Sight = readonly string[];

/** Makes documents that the checker accepts, with every kind of step in every other. */
export class Generator {
  private count = 0;
  /** Rough number of effects that a run may have, so that runs stay short. */
  private left = 24;
  constructor(private readonly random: Random) {}

  workflow(): Workflow {
    const steps = this.list(0, []);
    const last: Step = { id: "result", use: "transform.set", with: { v: this.random.int(9) } };
    return {
      dap: 1,
      name: "simulated",
      trigger: { kind: "manual" },
      steps: [...steps, last],
      output: { v: "{{ steps.result.v }}" },
    };
  }

  private list(depth: number, sight: Sight): Step[] {
    const steps: Step[] = [];
    const seen = [...sight];
    const length = 1 + this.random.int(depth === 0 ? 4 : 3);
    for (let at = 0; at < length; at += 1) {
      const step = this.step(depth, seen);
      steps.push(step);
      if (isReadable(step)) seen.push(step.id);
    }
    return steps;
  }

  private step(depth: number, sight: Sight): Step {
    const { random } = this;
    if (depth >= 3 || this.left <= 0 || random.chance(0.55)) return this.plain(sight);
    return this.control(depth, sight);
  }

  private id(): string {
    this.count += 1;
    return `s${this.count}`;
  }

  private plain(sight: Sight): PlainStep {
    const { random } = this;
    const use = random.pick(["transform.set", "sim.read", "sim.keyed", "sim.unkeyed", "sim.unkeyed"] as const);
    const step: PlainStep = { id: this.id(), use, with: { v: this.number(sight) }, ...this.guard(sight) };
    if (use === "transform.set") return step;
    this.left -= 1;
    return {
      ...step,
      ...(use === "sim.unkeyed" && random.chance(0.5) && { effect: "atMostOnce" }),
      ...(random.chance(0.6) && {
        retry: { attemptsMax: 2 + random.int(3), delayMsMin: 10, delayMsMax: 400, factor: 2 },
      }),
      ...(random.chance(0.3) && { onError: "continue" }),
    };
  }

  private guard(sight: Sight): Pick<StepCommon, "when"> {
    return this.random.chance(0.1) ? { when: this.condition(sight) } : {};
  }

  private number(sight: Sight): string | number {
    const id = sight[this.random.int(sight.length)];
    return id === undefined ? this.random.int(10) : `{{ steps.${id}.v + 1 }}`;
  }

  private condition(sight: Sight): string {
    const id = sight[this.random.int(sight.length)];
    return id === undefined
      ? `{{ ${this.random.pick(["true", "false"])} }}`
      : `{{ steps.${id}.v > ${this.random.int(10)} }}`;
  }

  private control(depth: number, sight: Sight): Step {
    const { random } = this;
    const id = this.id();
    const inner = (more: Sight = sight) => this.list(depth + 1, more);
    const timeout = random.chance(0.15) ? { timeoutMs: 50 + random.int(3_000) } : {};
    const handled = random.chance(0.15) ? { onError: { steps: inner([]) } } : {};
    const common = { id, ...timeout, ...handled };
    switch (random.int(10)) {
      case 0:
        return { ...common, use: "if", when: this.condition(sight), then: inner(), else: inner() };
      case 1: {
        const cases = [{ is: random.int(3), steps: inner() }];
        return { ...common, use: "switch", value: `{{ ${random.int(3)} }}`, cases, default: inner() };
      }
      case 2:
      case 3: {
        const items = `{{ [${Array.from({ length: random.int(5) }, (_, at) => at)}] }}`;
        return { ...common, use: "forEach", items, as: "item", concurrency: 1 + random.int(3), steps: inner() };
      }
      case 4: {
        const condition = `{{ roundIndex < ${random.int(4)} }}`;
        return { ...common, use: "while", condition, as: "round", roundsMax: 5, steps: inner() };
      }
      case 5:
      case 6: {
        const branches = { a: inner(), b: inner(), ...(random.chance(0.4) && { c: inner() }) };
        return { ...common, use: "parallel", branches, join: random.pick(["all", "any", 2, "all"] as const) };
      }
      case 7:
        return { ...common, use: "graph", steps: this.graph(sight) };
      case 8: {
        const cleanup = random.chance(0.6) ? { finally: inner([]) } : {};
        return { ...common, use: "try", steps: inner(), ...(random.chance(0.8) && { catch: inner([]) }), ...cleanup };
      }
      default:
        return this.leaf(common);
    }
  }

  private leaf(common: StepCommon): Step {
    const { random } = this;
    switch (random.int(6)) {
      case 0:
        return { ...common, use: "respond", with: { status: 200, body: { ok: true } } };
      case 1:
        return {
          ...common,
          use: "if",
          when: "{{ false }}",
          then: [{ id: this.id(), use: "fail", with: { message: "x" } }],
        };
      default:
        return this.wait(common);
    }
  }

  private wait(common: StepCommon): Step {
    const waitMs = 1 + this.random.int(2_500);
    if (this.random.chance(0.2)) {
      const approval = { title: "May we?", deadlineMs: waitMs, needed: 1 + this.random.int(2) };
      return { ...common, use: "wait", approval };
    }
    if (this.random.chance(0.5)) return { ...common, use: "wait", event: { timeoutMs: waitMs } };
    return waitMs % 4 === 0
      ? { ...common, use: "wait", until: `{{ run.startedAtMs + ${waitMs} }}` }
      : { ...common, use: "wait", durationMs: waitMs };
  }

  private graph(sight: Sight): Step[] {
    const first = this.plain(sight);
    const second = { ...this.plain(sight), after: [first.id] };
    const third = this.plain(sight);
    const last = { ...this.plain(sight), after: [second.id, third.id] };
    return [first, second, third, last];
  }
}

/** A plain step that always has an output once it is passed. */
const isReadable = (step: Step): boolean =>
  (step.use === "transform.set" || step.use.startsWith("sim.")) &&
  step.when === undefined &&
  step.onError === undefined;
