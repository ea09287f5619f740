import { describe, expect, test } from "bun:test";
import type { Json } from "@dap/contract";
import type { ApiResult } from "@dap/web/api/client";
import type { WorkflowResource } from "@dap/web/api/resource";
import { createSaver, type SaveState } from "./saver";

function world() {
  const calls: { document: Json; etag: string; answer: (result: ApiResult<WorkflowResource>) => void }[] = [];
  const timers: (() => void)[] = [];
  const states: SaveState["kind"][] = [];
  const saver = createSaver('"1"', {
    save: (document, etag) => new Promise((answer) => calls.push({ document, etag, answer })),
    later: (act) => void timers.push(act),
    onState: ({ kind }) => states.push(kind),
  });
  const runTimers = () => {
    for (const act of timers.splice(0)) act();
  };
  const ok = (version: number) =>
    calls
      .at(-1)
      ?.answer({ kind: "ok", status: 200, value: { draftVersion: version } as WorkflowResource, etag: undefined }); // the saver reads nothing else
  const refuse = (status: number) =>
    calls.at(-1)?.answer({
      kind: "refused",
      status,
      problem: { type: "", title: "", status, code: "X", detail: "No.", requestId: "" },
    });
  return { saver, calls, runTimers, states, ok, refuse };
}

const settle = () => Bun.sleep(0);

describe("saving a draft", () => {
  test("waits until typing stops, and saves only the newest text", async () => {
    const { saver, calls, runTimers, states, ok } = world();
    saver.change("a");
    saver.change("ab");
    runTimers();
    expect(calls.map(({ document, etag }) => [document, etag])).toEqual([["ab", '"1"']]);
    ok(2);
    await settle();
    expect(states).toEqual(["dirty", "dirty", "saving", "saved"]);
  });

  test("saves one at a time, each on top of the one before", async () => {
    const { saver, calls, runTimers, ok } = world();
    saver.change("a");
    runTimers();
    saver.change("b");
    runTimers();
    expect(calls).toHaveLength(1);
    ok(2);
    await settle();
    expect(calls.map(({ document, etag }) => [document, etag])).toEqual([
      ["a", '"1"'],
      ["b", '"2"'],
    ]);
    const flushed = saver.flush();
    ok(3);
    expect(await flushed).toBe(true);
    expect(calls).toHaveLength(2);
  });

  test("stops at a conflict until the person has chosen", async () => {
    const { saver, calls, runTimers, states, refuse, ok } = world();
    saver.change("mine");
    runTimers();
    refuse(412);
    await settle();
    expect(states.at(-1)).toBe("conflict");
    saver.change("mine too");
    runTimers();
    expect(await saver.flush()).toBe(false);
    expect(calls).toHaveLength(1);
    saver.continueFrom('"7"');
    const flushed = saver.flush();
    expect(calls.at(-1)).toMatchObject({ document: "mine too", etag: '"7"' });
    ok(8);
    expect(await flushed).toBe(true);
  });

  test("tells why a document was refused, and tries the next one", async () => {
    const { saver, calls, runTimers, states, refuse } = world();
    saver.change("bad");
    runTimers();
    refuse(422);
    await settle();
    expect(states.at(-1)).toBe("refused");
    saver.change("good");
    runTimers();
    expect(calls).toHaveLength(2);
  });

  test("has nothing to do when nothing has changed", async () => {
    const { saver, calls } = world();
    expect(await saver.flush()).toBe(true);
    expect(calls).toHaveLength(0);
  });
});
