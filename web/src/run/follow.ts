import type { Api, ApiResult } from "../api/client";
import type { RunDetail, StoredEvent } from "../api/resource";
import { getRun, listRunEvents } from "../api/run";
import type { LinkState, LiveLink } from "../live/link";
import { runTopic } from "../live/topic";
import { hasEnded } from "../ui/status";
import { type RunState, withEvent, withReading } from "./model";

export type FollowDeps = {
  readonly api: Api;
  readonly link: LiveLink;
  readonly later: (act: () => void, delayMs: number) => void;
};

export type FollowOptions = {
  readonly teamId: string;
  readonly runId: string;
  /** What is known already; otherwise it is read first. */
  readonly known: RunState | undefined;
  readonly onState: (state: RunState) => void;
  readonly onLink?: (state: LinkState) => void;
  readonly onFailure?: (detail: string) => void;
};

const rereadMs = 900;

/**
 * Keeps a run's state up to date until it is stopped. Events are shown as they come; the run is read again soon after,
 * since pure steps and decisions have no events of their own.
 */
export function followRun(options: FollowOptions, { api, link, later }: FollowDeps): () => void {
  const { teamId, runId, onState } = options;
  let state = options.known;
  let isStopped = false;
  let isPlanned = false;
  let leave = () => {};

  const show = (next: RunState) => {
    state = next;
    if (!isStopped) onState(next);
  };

  const read = async () => {
    isPlanned = false;
    if (isStopped) return;
    const after = state?.events.at(-1)?.seq ?? 0;
    const [detail, events] = await Promise.all([getRun(api, teamId, runId), listRunEvents(api, teamId, runId, after)]);
    if (detail.kind === "refused") return options.onFailure?.(detail.problem.detail);
    show(withReading(state ?? { detail: detail.value, events: [] }, detail.value, eventsOf(events)));
  };

  const readSoon = (delayMs: number) => {
    if (isPlanned) return;
    isPlanned = true;
    later(() => void read(), delayMs);
  };

  const start = async () => {
    if (!state) await read();
    // A run that has ended says nothing any more.
    if (isStopped || !state || hasEnded(state.detail.status)) return;
    leave = link.subscribe({
      topic: runTopic(runId),
      after: state.events.at(-1)?.seq ?? 0,
      ...(options.onLink ? { onState: options.onLink } : {}),
      onGap: () => readSoon(0),
      onMessage: (message) => {
        if (message.kind !== "runEvent" || !state) return;
        show(withEvent(state, message));
        readSoon(message.event.kind === "ended" ? 0 : rereadMs);
        if (message.event.kind === "ended") leave();
      },
    });
  };

  void start();
  return () => {
    isStopped = true;
    leave();
  };
}

const eventsOf = (result: ApiResult<{ readonly items: readonly StoredEvent[] }>): readonly StoredEvent[] =>
  result.kind === "ok" ? result.value.items : [];

export type { RunDetail };
