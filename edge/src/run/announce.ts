import type { AcceptedEvent, RealtimeMessage } from "@dap/contract";
import type { InlineResult } from "./inline";

export type Announcer = {
  /** Takes note of a run that was over before anybody could watch. */
  readonly add: (result: InlineResult, accepted: AcceptedEvent) => void;
  readonly stop: () => void;
};

type Ended = { readonly result: InlineResult; readonly accepted: AcceptedEvent };

/** A list on a screen shows no more than this of one moment; it reads the rest when it is opened again. */
const runsMax = 50;
const everyMs = 100;

/**
 * Tells the team's list of inline runs, ten times a second at most and the newest fifty each time: watching must not cost
 * what running does. What subscribers miss in a burst stands in the list when they read it again.
 */
export function createAnnouncer(publish: (messages: readonly RealtimeMessage[]) => void): Announcer {
  const byTeam = new Map<string, Ended[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    const messages = [...byTeam.values()].flatMap((ended) => ended.slice(-runsMax).map(toMessage));
    byTeam.clear();
    publish(messages);
  };
  return {
    add: (result, accepted) => {
      const ended = byTeam.get(accepted.teamId);
      if (!ended) byTeam.set(accepted.teamId, [{ result, accepted }]);
      else if (ended.push({ result, accepted }) > 20 * runsMax) ended.splice(0, ended.length - runsMax);
      timer ??= setTimeout(flush, everyMs);
    },
    stop: () => clearTimeout(timer),
  };
}

function toMessage({ result: { outcome, events }, accepted }: Ended): RealtimeMessage {
  const last = events.at(-1);
  const endedAtMs = last && "atMs" in last ? last.atMs : accepted.atMs;
  const run = {
    id: accepted.runId,
    workflowId: accepted.workflow.id,
    workflowName: accepted.workflow.name,
    version: accepted.workflow.version,
    status: outcome.status,
    trigger: accepted.triggerKind,
    createdAt: new Date(accepted.atMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
  };
  return { kind: "runChanged", teamId: accepted.teamId, run };
}
