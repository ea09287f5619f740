import { runTopic } from "@dap/contract";
import { sleep } from "@dap/platform/clock";
import type { RunRow } from "@dap/run";
import type { DataDeps } from "../deps";

type AwaitDeps = Pick<DataDeps, "runStore" | "realtime">;

/** Realtime tells at once; looking covers its absence, often at first, because most runs are short. */
const lookMs = { min: 20, max: 1_000 } as const;

/** Waits until the run has ended and gives its row; `undefined` after `waitMs`, or when the caller is gone. */
export async function awaitEnd(
  { runStore, realtime }: AwaitDeps,
  teamId: string,
  runId: string,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<RunRow | undefined> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  let told = Promise.withResolvers<void>();
  const unsubscribe = realtime.subscribe(runTopic(runId), 0, (message) => {
    if (message.kind === "runEvent" && message.event.kind === "ended") told.resolve();
  });
  try {
    for (let delayMs: number = lookMs.min; !over.aborted; delayMs = Math.min(delayMs * 2, lookMs.max)) {
      const row = await runStore.findRun(teamId, runId);
      if (row?.outcome) return row;
      await Promise.race([sleep(delayMs, over), told.promise]);
      told = Promise.withResolvers<void>();
    }
    return undefined;
  } finally {
    unsubscribe();
  }
}
