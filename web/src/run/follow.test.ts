import { describe, expect, test } from "bun:test";
import type { RunDetail, RunEvent, StoredEvent } from "@dap/contract";
import type { Api } from "../api/client";
import type { LiveLink, Subscriber } from "../live/link";
import { followRun } from "./follow";
import type { RunState } from "./model";

const detail = (over: Partial<RunDetail> = {}): RunDetail => ({
  id: "r",
  workflowId: "w",
  workflowName: "W",
  version: 1,
  status: "running",
  trigger: "webhook",
  createdAt: "2026-01-01T00:00:00.000Z",
  endedAt: null,
  input: null,
  output: null,
  error: null,
  lastSeq: 1,
  steps: [],
  ...over,
});

function world(server: { detail: RunDetail; events: StoredEvent[] }) {
  const paths: string[] = [];
  const subscribers = new Set<Subscriber>();
  const timers: (() => void)[] = [];
  const shown: RunState[] = [];
  const api = (async ({ path, query }: { path: string; query?: { after?: number } }) => {
    paths.push(path);
    const value = path.endsWith("/events")
      ? { items: server.events.filter(({ seq }) => seq > (query?.after ?? 0)) }
      : server.detail;
    return { kind: "ok", status: 200, value, etag: undefined };
  }) as Api; // answers only the two paths that are asked here
  const link: LiveLink = {
    subscribe: (subscriber) => {
      subscribers.add(subscriber);
      return () => void subscribers.delete(subscriber);
    },
    close: () => {},
  };
  const stop = followRun(
    { teamId: "t", runId: "r", known: undefined, onState: (state) => shown.push(state) },
    { api, link, later: (act) => void timers.push(act) },
  );
  const send = (seq: number, event: RunEvent) => {
    for (const { onMessage } of [...subscribers]) onMessage({ kind: "runEvent", runId: "r", teamId: "t", seq, event });
  };
  return { paths, subscribers, timers, shown, stop, send };
}

const accepted: StoredEvent = { seq: 1, event: { kind: "deadlinePassed", atMs: 1 } };
const ended: RunEvent = { kind: "ended", outcome: { status: "cancelled" }, atMs: 5 };

describe("following a run", () => {
  test("reads it, then goes on after the last event it has read", async () => {
    const { subscribers, shown } = world({ detail: detail(), events: [accepted] });
    await Bun.sleep(1);
    expect(shown).toHaveLength(1);
    expect([...subscribers].map(({ topic, after }) => [topic, after])).toEqual([["run/r", 1]]);
  });

  test("reads it again once after several events, and leaves at the end", async () => {
    const server = { detail: detail(), events: [accepted] };
    const { send, timers, paths, shown, subscribers } = world(server);
    await Bun.sleep(1);
    send(2, { kind: "stepStarted", stepKey: "a", attempt: 1, atMs: 2 });
    send(3, ended);
    expect(shown.at(-1)?.detail.status).toBe("cancelled");
    expect(timers).toHaveLength(1);
    expect(subscribers.size).toBe(0);
    server.detail = detail({ status: "cancelled", lastSeq: 3, output: "last word" });
    timers[0]?.();
    await Bun.sleep(1);
    expect(paths.filter((path) => !path.endsWith("/events"))).toHaveLength(2);
    expect(shown.at(-1)?.detail.output).toBe("last word");
  });

  test("does not listen to a run that has ended", async () => {
    const { subscribers } = world({ detail: detail({ status: "failed" }), events: [accepted] });
    await Bun.sleep(1);
    expect(subscribers.size).toBe(0);
  });

  test("says nothing more once it is stopped", async () => {
    const { send, shown, stop } = world({ detail: detail(), events: [accepted] });
    await Bun.sleep(1);
    stop();
    send(2, ended);
    expect(shown).toHaveLength(1);
  });
});
