import type { Json, StepError } from "@dap/contract";
import type { InvokeEffect } from "../src/effect";
import type { Clock } from "./clock";
import { chanceOf, type Random } from "./random";

export type Answer =
  | { readonly kind: "succeeded"; readonly output: Json }
  | { readonly kind: "failed"; readonly error: StepError };

type Call = { readonly runId: string; readonly invoke: InvokeEffect; readonly key: string };

/** The providers outside: they answer by the key alone, remember keys where they honour them, and take their time. */
export class World {
  readonly calls: Call[] = [];
  /** How often the effect behind a key happened. */
  readonly happened = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly seed: number,
  ) {}

  perform(runId: string, invoke: InvokeEffect, reply: (answer: Answer) => void): void {
    const key = `${runId}:${invoke.stepKey}:${invoke.generation}:${invoke.n}`;
    this.calls.push({ runId, invoke, key });
    this.clock.after(this.latency(), () => reply(this.act(key, invoke)));
  }

  private act(key: string, invoke: InvokeEffect): Answer {
    const before = this.happened.get(key) ?? 0;
    // What a provider says depends on the key alone, so that a repeated call is told the same.
    const draw = chanceOf(`${this.seed} ${key}`);
    if (draw < 0.12) return failed("HTTP_STATUS", true);
    if (draw < 0.17) return failed("REFUSED", false);
    if (!(invoke.effect === "keyed" && before > 0)) this.happened.set(key, before + 1);
    if (draw < 0.21 && before === 0) return failed("TIMEOUT", true);
    return { kind: "succeeded", output: { v: Math.floor(draw * 1_000) % 10 } };
  }

  private latency(): number {
    return this.random.chance(0.05) ? 1_000 + this.random.int(3_000) : 1 + this.random.int(60);
  }
}

const failed = (code: string, retryable: boolean): Answer => ({
  kind: "failed",
  error: { code, message: "The provider said no.", retryable },
});
