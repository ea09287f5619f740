import { type RealtimeMessage, type RealtimeReply, runTopic, type StoredEvent } from "@dap/contract";
import { sleep } from "@dap/platform/clock";
import type { Logger } from "@dap/platform/log";
import type { RunSource } from "./run-source";

/** A message together with its text as subscribers of its topic get it: made once, however many they are. */
export type Packed = { readonly message: RealtimeMessage; readonly text: string };
export type PackedEvent = { readonly message: Extract<RealtimeMessage, { kind: "runEvent" }>; readonly text: string };

/** Where a subscription writes to. */
export type Outlet = {
  readonly send: (text: string) => void;
  /** Resolves when the reader has room again, or is gone. */
  readonly room: () => Promise<void>;
  readonly isOpen: () => boolean;
};

export type RunSubscription = {
  /** Takes a live event. */
  readonly take: (packed: PackedEvent) => void;
  /** Looks whether something was missed: the last event of a run has none after it that would show the gap. */
  readonly check: () => void;
  readonly close: () => void;
};

export type RunSubscriptionOptions = {
  readonly runId: string;
  readonly teamId: string;
  /** The last event the reader has. */
  readonly after: number;
  /** The run's last event when the subscription was authorised. */
  readonly lastSeq: number;
  /** The reader has all that there will ever be. */
  readonly isEnded: boolean;
  readonly source: RunSource;
  readonly outlet: Outlet;
  readonly log: Logger;
  /** Called when what is missing cannot be had: the reader must fetch anew. */
  readonly onGiveUp: () => void;
};

/** Live events kept while older ones are fetched; beyond that they are fetched, too. */
const keptMax = 500;
const triesMax = 4;

/**
 * Gives one reader every event of a run after `after`, each once and in order: first what is stored, then what comes live.
 * A gap in the numbers is filled from the store.
 */
export function createRunSubscription(options: RunSubscriptionOptions): RunSubscription {
  const { runId, teamId, source, outlet, log } = options;
  const topic = runTopic(runId);
  const kept = new Map<number, PackedEvent>();
  let last = options.after;
  let target = options.lastSeq;
  let isClosed = false;
  let isEnded = options.isEnded;
  let isAnnounced = false;
  let isFilling = false;
  let lastActivityMs = 0;

  const give = (packed: PackedEvent) => {
    last = packed.message.seq;
    lastActivityMs = performance.now();
    isEnded ||= packed.message.event.kind === "ended";
    outlet.send(packed.text);
  };

  const drainKept = () => {
    for (let next = kept.get(last + 1); next !== undefined; next = kept.get(last + 1)) {
      kept.delete(next.message.seq);
      give(next);
    }
    for (const seq of kept.keys()) if (seq <= last) kept.delete(seq);
  };

  const pack = ({ seq, event }: StoredEvent): PackedEvent => {
    const message = { kind: "runEvent", runId, teamId, seq, event } as const;
    return { message, text: JSON.stringify({ kind: "message", topic, message } satisfies RealtimeReply) };
  };

  /** Reads the store until the reader has everything up to `target`; whether it has. */
  const fill = async (): Promise<boolean> => {
    for (let tries = 0; last < target && tries < triesMax && !isClosed; ) {
      drainKept();
      if (last >= target) break;
      const events = await source.readEvents(runId, last);
      const before = last;
      for (const stored of events) {
        if (isClosed) return true;
        if (stored.seq === last + 1) give(pack(stored));
        await outlet.room();
      }
      if (last === before) await sleep(50 * 2 ** tries++); // told of before it can be read: a replica that lags
    }
    drainKept();
    return last >= target;
  };

  const run = async () => {
    if (isFilling || isClosed) return;
    isFilling = true;
    try {
      while (last < target && !isClosed) if (!(await fill())) return giveUp("The events are not in the store.");
      if (!isAnnounced && !isClosed) {
        isAnnounced = true;
        outlet.send(JSON.stringify({ kind: "subscribed", topic, seq: last } satisfies RealtimeReply));
      }
    } catch (error) {
      giveUp(error);
    } finally {
      isFilling = false;
    }
  };

  const giveUp = (error: unknown) => {
    log.warn("A subscriber has to fetch anew.", { runId, last, target, error });
    if (!isClosed) options.onGiveUp();
  };

  void run();
  return {
    take: (packed) => {
      const { seq } = packed.message;
      if (isClosed || seq <= last || packed.message.teamId !== teamId) return;
      if (!isFilling && isAnnounced && seq === last + 1) {
        give(packed);
        return;
      }
      target = Math.max(target, seq);
      if (kept.size < keptMax) kept.set(seq, packed);
      void run();
    },
    check: () => {
      if (isClosed || isEnded || isFilling || performance.now() - lastActivityMs < 3_000) return;
      source.findRun(runId).then(
        (place) => {
          lastActivityMs = performance.now();
          if (place === undefined || place.lastSeq <= last) return;
          target = Math.max(target, place.lastSeq);
          void run();
        },
        () => {}, // data is away: asked again at the next check
      );
    },
    close: () => {
      isClosed = true;
      kept.clear();
    },
  };
}
