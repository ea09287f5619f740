import { describe, expect, test } from "bun:test";
import type { RealtimeMessage, RealtimeReply } from "@dap/contract";
import { createLiveLink, type LinkState, reconnectDelayMs, type Socket } from "./link";

class FakeSocket implements Socket {
  sent: unknown[] = [];
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.onclose?.();
  }
  reply(reply: RealtimeReply) {
    this.onmessage?.({ data: JSON.stringify(reply) });
  }
}

function world({ tickets = 99 } = {}) {
  const sockets: FakeSocket[] = [];
  const timers: { act: () => void; delayMs: number }[] = [];
  let left = tickets;
  const link = createLiveLink({
    openTicket: async () => (left-- > 0 ? "ticket" : undefined),
    connect: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    later: (act, delayMs) => void timers.push({ act, delayMs }),
    chance: () => 0.5,
  });
  return { link, sockets, timers, last: () => sockets.at(-1) ?? new FakeSocket() };
}

const event = (seq: number): RealtimeMessage => ({
  kind: "runEvent",
  runId: "r",
  teamId: "t",
  seq,
  event: { kind: "deadlinePassed", atMs: seq },
});
const message = (seq: number): RealtimeReply => ({ kind: "message", topic: "run/r", message: event(seq) });
const settle = () => Bun.sleep(0);

describe("a live link", () => {
  test("goes on after the last event it saw when the connection comes back", async () => {
    const { link, last, timers } = world();
    const seen: number[] = [];
    link.subscribe({
      topic: "run/r",
      after: 2,
      onGap: () => {},
      onMessage: (received) => received.kind === "runEvent" && seen.push(received.seq),
    });
    await settle();
    last().onopen?.();
    expect(last().sent).toEqual([{ kind: "subscribe", topic: "run/r", after: 2 }]);
    last().reply(message(3));
    last().reply(message(3));
    last().reply(message(4));
    last().close();
    timers.shift()?.act();
    await settle();
    last().onopen?.();
    expect(last().sent).toEqual([{ kind: "subscribe", topic: "run/r", after: 4 }]);
    expect(seen).toEqual([3, 4]);
  });

  test("asks for a fresh reading of a list after a gap, but not at the start", async () => {
    const { link, last, timers } = world();
    let gaps = 0;
    const states: LinkState[] = [];
    link.subscribe({
      topic: "team/t/runs",
      after: 0,
      onMessage: () => {},
      onGap: () => {
        gaps += 1;
      },
      onState: (state) => states.push(state),
    });
    await settle();
    last().onopen?.();
    last().reply({ kind: "subscribed", topic: "team/t/runs", seq: 0 });
    expect(gaps).toBe(0);
    last().close();
    timers.shift()?.act();
    await settle();
    last().onopen?.();
    last().reply({ kind: "subscribed", topic: "team/t/runs", seq: 0 });
    expect(gaps).toBe(1);
    expect(states).toEqual(["connecting", "live", "offline", "connecting", "live"]);
  });

  test("tries again later when there is no ticket, and stops when nobody listens any more", async () => {
    const { link, sockets, timers } = world({ tickets: 0 });
    const leave = link.subscribe({ topic: "run/r", after: 0, onMessage: () => {}, onGap: () => {} });
    await settle();
    expect(sockets).toHaveLength(0);
    expect(timers).toHaveLength(1);
    leave();
    timers.shift()?.act();
    await settle();
    expect(timers).toHaveLength(0);
  });

  test("reads anew and joins again when it was too slow", async () => {
    const { link, last } = world();
    let gaps = 0;
    link.subscribe({
      topic: "run/r",
      after: 0,
      onMessage: () => {},
      onGap: () => {
        gaps += 1;
      },
    });
    await settle();
    last().onopen?.();
    last().reply(message(5));
    last().reply({ kind: "refetch", topic: "run/r" });
    expect(gaps).toBe(1);
    expect(last().sent.at(-1)).toEqual({ kind: "subscribe", topic: "run/r", after: 5 });
  });

  test("ignores words that it does not know", async () => {
    const { link, last } = world();
    link.subscribe({ topic: "run/r", after: 0, onMessage: () => {}, onGap: () => {} });
    await settle();
    last().onopen?.();
    expect(() => last().onmessage?.({ data: "not json" })).not.toThrow();
  });
});

describe("the wait before connecting again", () => {
  test("doubles, stays below its cap and is spread by chance", () => {
    expect([1, 2, 3, 9].map((failures) => reconnectDelayMs(failures, 0))).toEqual([250, 500, 1_000, 10_000]);
    expect(reconnectDelayMs(9, 0.999)).toBeLessThanOrEqual(20_000);
  });
});
