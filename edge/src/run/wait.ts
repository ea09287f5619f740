import { type RealtimeMessage, type RunOutcome, type RunResponse, runTopic } from "@dap/contract";

/** What a waiting caller gets: the run's own answer, its end, or the news that it is still going. */
export type Awaited =
  | { readonly kind: "responded"; readonly response: RunResponse }
  | { readonly kind: "ended"; readonly outcome: RunOutcome }
  | { readonly kind: "going" };

export type WaitDeps = {
  readonly subscribe: (topic: string, after: number, onMessage: (message: RealtimeMessage) => void) => () => void;
  /** Reads the run from the store, for when realtime is not there. */
  readonly findOutcome: (teamId: string, runId: string) => Promise<RunOutcome | undefined>;
};

const pollMs = 1_000;

/** Waits up to `timeoutMs` for a run's answer or end. Realtime tells at once; a look at the store each second covers its absence. */
export async function waitForRun(
  teamId: string,
  runId: string,
  timeoutMs: number,
  { subscribe, findOutcome }: WaitDeps,
): Promise<Awaited> {
  const { promise, resolve } = Promise.withResolvers<Awaited>();
  const unsubscribe = subscribe(runTopic(runId), 0, (message) => {
    if (message.kind !== "runEvent") return;
    if (message.event.kind === "responded") resolve({ kind: "responded", response: message.event.response });
    if (message.event.kind === "ended") resolve({ kind: "ended", outcome: message.event.outcome });
  });
  const timeout = setTimeout(() => resolve({ kind: "going" }), timeoutMs);
  const poll = setInterval(() => {
    findOutcome(teamId, runId).then(
      (outcome) => outcome && resolve({ kind: "ended", outcome }),
      () => undefined, // The store is away: the next look, or the timeout, answers.
    );
  }, pollMs);
  try {
    return await promise;
  } finally {
    unsubscribe();
    clearTimeout(timeout);
    clearInterval(poll);
  }
}
