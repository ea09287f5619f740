import { isTerminal, type Json, RunStatus, type StoredEvent } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import type { ServiceFetch } from "@dap/platform/service-token";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

export type RunPlace = { readonly teamId: string; readonly lastSeq: number; readonly isEnded: boolean };

/** The runs as data keeps them. */
export type RunSource = {
  readonly findRun: (runId: string) => Promise<RunPlace | undefined>;
  /** Events after a sequence number, in order; perhaps not all of them at once. */
  readonly readEvents: (runId: string, after: number) => Promise<readonly StoredEvent[]>;
};

const RunAnswer = Type.Object({ teamId: Type.String(), lastSeq: Type.Integer(), status: RunStatus });
const EventsAnswer = Type.Object({
  items: Type.Array(Type.Object({ seq: Type.Integer(), event: Type.Object({ kind: Type.String() }) })),
});

/** Asks data's internal API. */
export const createRunSource = (call: ServiceFetch): RunSource => ({
  findRun: async (runId) => {
    try {
      const answer = await call(`/internal/runs/${runId}`);
      if (!Value.Check(RunAnswer, answer)) return misunderstood(answer);
      return { teamId: answer.teamId, lastSeq: answer.lastSeq, isEnded: isTerminal(answer.status) };
    } catch (error) {
      if (error instanceof Failure && error.status === 404) return undefined;
      throw error;
    }
  },
  readEvents: async (runId, after) => {
    const answer = await call(`/internal/runs/${runId}/events?after=${after}`);
    if (!Value.Check(EventsAnswer, answer)) return misunderstood(answer);
    return answer.items as unknown as readonly StoredEvent[]; // data writes nothing else; the events pass through unread
  },
});

function misunderstood(answer: Json | undefined): never {
  throw new Error(`data gave an answer of another shape: ${typeof answer}`);
}
