import { describe, expect, test } from "bun:test";
import type { AcceptedEvent, RealtimeMessage } from "@dap/contract";
import { createAnnouncer } from "./announce";

const accepted = (runId: string, teamId = "t"): AcceptedEvent => ({
  kind: "accepted",
  atMs: 1_000,
  runId,
  teamId,
  workflow: { id: "w", name: "Order", version: 1 },
  semantics: 1,
  triggerKind: "webhook",
  trigger: {},
  vars: {},
});
const outcome = { status: "succeeded", output: null } as const;
const result = { events: [{ kind: "ended", outcome, atMs: 1_005 }], outcome, response: undefined } as const;

describe("the news of inline runs", () => {
  test("go out together, each team's newest fifty", async () => {
    const published: RealtimeMessage[][] = [];
    const announcer = createAnnouncer((messages) => published.push([...messages]));
    for (let index = 0; index < 3_000; index += 1) announcer.add(result, accepted(`r${index}`));
    announcer.add(result, accepted("other", "u"));
    await Bun.sleep(150);
    expect(published).toHaveLength(1);
    const ids = (published[0] ?? []).map((message) => (message.kind === "runChanged" ? message.run.id : ""));
    expect(ids).toHaveLength(51);
    expect(ids.at(49)).toBe("r2999");
    expect(ids.at(50)).toBe("other");
    expect(published[0]?.[0]).toMatchObject({ run: { status: "succeeded", endedAt: "1970-01-01T00:00:01.005Z" } });
  });

  test("are not sent when there are none", async () => {
    let calls = 0;
    createAnnouncer(() => {
      calls += 1;
    });
    await Bun.sleep(150);
    expect(calls).toBe(0);
  });
});
