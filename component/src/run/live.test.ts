import { afterEach, describe, expect, test } from "bun:test";
import { ApiError } from "../api";
import type { RunResource } from "../protocol";
import { followRun } from "./live";

class FakeSocket {
  readyState = 1;
  sent: { topic: string; after: number }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  say(reply: object): void {
    this.onmessage?.({ data: JSON.stringify({ topic: "run/r", ...reply }) });
  }
  event(seq: number, kind = "stepSucceeded"): void {
    this.say({ kind: "message", message: { kind: "runEvent", seq, event: { kind } } });
  }
}

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function world(options: { live?: boolean; pollMs?: number } = {}) {
  const sockets: FakeSocket[] = [];
  const seen: string[] = [];
  const state = {
    status: "running" as RunResource["status"],
    lastSeq: 0,
    error: undefined as ApiError | undefined,
    reads: 0,
  };
  const stop = followRun(
    "r",
    {
      event: (seq, { kind }) => seen.push(`${seq} ${kind}`),
      run: ({ status }) => seen.push(`run ${status}`),
      lost: (error) => seen.push(`lost ${(error as ApiError).status}`),
    },
    {
      api: {
        openLive: async () => {
          if (options.live === false) throw new ApiError(503, "UNAVAILABLE", "");
          return "ws://x";
        },
        getRun: async () => {
          state.reads += 1;
          if (state.error) throw state.error;
          return {
            id: "r",
            workflowName: "",
            status: state.status,
            output: null,
            error: null,
            lastSeq: state.lastSeq,
            createdAt: "",
            endedAt: null,
            steps: [],
          };
        },
      },
      connect: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        queueMicrotask(() => socket.onopen?.());
        return socket as unknown as WebSocket; // the part of one that is used
      },
      pollMs: options.pollMs ?? 10_000,
      backoffMs: 1,
    },
  );
  stops.push(stop);
  return { sockets, seen, state, stop };
}
const soon = () => Bun.sleep(15);

describe("following a run", () => {
  test("subscribes from the beginning, passes events on in order and once, and reads the run at its end", async () => {
    const { sockets, seen, state } = world();
    await soon();
    expect(sockets[0]?.sent).toEqual([{ kind: "subscribe", topic: "run/r", after: 0 } as never]);
    sockets[0]?.say({ kind: "subscribed", seq: 2 });
    for (const seq of [1, 2, 2, 1]) sockets[0]?.event(seq);
    state.status = "succeeded";
    sockets[0]?.event(3, "ended");
    await soon();
    expect(seen).toEqual(["1 stepSucceeded", "2 stepSucceeded", "3 ended", "run succeeded"]);
    expect(sockets.length).toBe(1);
  });

  test("comes back after a broken connection and asks for what follows the last event", async () => {
    const { sockets } = world();
    await soon();
    sockets[0]?.event(1);
    sockets[0]?.event(2);
    sockets[0]?.close();
    await soon();
    expect(sockets[1]?.sent.at(-1)?.after).toBe(2);
  });

  test("reads the run when events are missing, or when it is told to", async () => {
    const { sockets, seen, state } = world();
    await soon();
    state.lastSeq = 7;
    sockets[0]?.event(5);
    await soon();
    expect(seen).toEqual(["run running"]);
    expect(sockets[0]?.sent.at(-1)?.after).toBe(7);
    sockets[0]?.say({ kind: "refetch" });
    await soon();
    expect(state.reads).toBe(2);
  });

  test("asks from time to time while there is no connection, until the run has ended", async () => {
    const { seen, state } = world({ live: false, pollMs: 5 });
    await Bun.sleep(40);
    expect(state.reads).toBeGreaterThan(1);
    state.status = "failed";
    await Bun.sleep(40);
    expect(seen.at(-1)).toBe("run failed");
    const { reads } = state;
    await Bun.sleep(30);
    expect(state.reads).toBe(reads);
  });

  test("goes on through outages, and gives up where asking again cannot help", async () => {
    const { seen, state } = world({ live: false, pollMs: 5 });
    state.error = new ApiError(503, "UNAVAILABLE", "");
    await Bun.sleep(40);
    expect(seen).toEqual([]);
    state.error = new ApiError(404, "NOT_FOUND", "");
    await Bun.sleep(40);
    expect(seen).toEqual(["lost 404"]);
  });

  test("ignores what is no message, and says nothing more once it is stopped", async () => {
    const { sockets, seen, stop } = world();
    await soon();
    sockets[0]?.onmessage?.({ data: "not json" });
    sockets[0]?.onmessage?.({ data: "null" });
    sockets[0]?.say({ kind: "message", topic: "run/other", message: { seq: 1, event: { kind: "x" } } });
    stop();
    sockets[0]?.event(1);
    await soon();
    expect(seen).toEqual([]);
    expect(sockets.length).toBe(1);
  });
});
