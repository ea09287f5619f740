import type { Api } from "../api";
import { isEnded, type LiveReply, type RunEvent, type RunResource } from "../protocol";

/** Where a follower tells what it sees. */
export type LiveSink = {
  readonly event: (seq: number, event: RunEvent) => void;
  readonly run: (run: RunResource) => void;
  /** Following cannot go on: not found, not allowed, or the session is over. */
  readonly lost: (error: unknown) => void;
};

type LiveDeps = {
  readonly api: Pick<Api, "getRun" | "openLive">;
  readonly connect?: (url: string) => WebSocket;
  /** Milliseconds; tests shorten them. */
  readonly pollMs?: number;
  readonly backoffMs?: number;
};

/**
 * Follows a run to its end: over the realtime connection, which resumes after the last event it saw, and by asking from
 * time to time, often only while there is none. At the end, and whenever events were missed, the run itself is read. Returns a
 * function that stops it.
 */
export function followRun(runId: string, sink: LiveSink, deps: LiveDeps): () => void {
  const { api, connect = (url) => new WebSocket(url), pollMs = 2_500, backoffMs = 500 } = deps;
  const topic = `run/${runId}`;
  let isStopped = false;
  let socket: WebSocket | undefined;
  let isLive = false;
  let seq = 0;
  let failures = 0;
  let pollTimer: ReturnType<typeof setTimeout> | undefined;
  let connectTimer: ReturnType<typeof setTimeout> | undefined;

  const stop = () => {
    isStopped = true;
    clearTimeout(pollTimer);
    clearTimeout(connectTimer);
    socket?.close();
  };
  const read = async () => {
    try {
      const run = await api.getRun(runId);
      if (isStopped) return;
      seq = Math.max(seq, run.lastSeq);
      if (isEnded(run.status)) stop();
      sink.run(run);
    } catch (error) {
      if (isStopped || (error as { retryable?: boolean }).retryable) return; // asked again by the next poll
      stop();
      sink.lost(error);
    }
  };
  const poll = (delayMs: number) => {
    clearTimeout(pollTimer);
    pollTimer = setTimeout(async () => {
      await read();
      if (!isStopped) poll(isLive ? pollMs * 6 : pollMs);
    }, delayMs);
  };
  const reconnect = () => {
    isLive = false;
    if (isStopped) return;
    failures += 1;
    if (failures === 2) poll(0);
    const delayMs = Math.min(15_000, backoffMs * 2 ** failures) * (0.5 + Math.random() / 2);
    connectTimer = setTimeout(open, delayMs);
  };
  const receive = async ({ kind, topic: about, message }: LiveReply) => {
    if (about !== topic) return;
    if (kind === "subscribed") {
      isLive = true;
      failures = 0;
    } else if (kind === "refused") {
      socket?.close(); // polling says why, or goes on without
    } else if (kind === "refetch" || (message?.seq ?? 0) > seq + 1) {
      await read();
      subscribe();
    } else if (message?.event && message.seq !== undefined && message.seq > seq) {
      seq = message.seq;
      sink.event(seq, message.event);
      if (message.event.kind === "ended") await read();
    }
  };
  const subscribe = () => {
    if (socket?.readyState === 1) socket.send(JSON.stringify({ kind: "subscribe", topic, after: seq }));
  };
  const open = async () => {
    try {
      const url = await api.openLive();
      if (isStopped) return;
      socket = connect(url);
      socket.onopen = subscribe;
      socket.onmessage = ({ data }) => {
        const reply = parseReply(data);
        if (reply && !isStopped) void receive(reply);
      };
      socket.onclose = reconnect;
    } catch {
      reconnect();
    }
  };
  poll(pollMs);
  void open();
  return stop;
}

function parseReply(data: unknown): LiveReply | undefined {
  try {
    const reply = JSON.parse(String(data)) as LiveReply | null; // every field is looked at before it is used
    return typeof reply?.kind === "string" ? reply : undefined;
  } catch {
    return undefined;
  }
}
