import { describe, expect, test } from "bun:test";
import { registerPerson } from "./src/person";
import { startPlatform } from "./src/platform";

/** Waits a little in the middle, so that a kill hits runs at every stage. */
const document = {
  dap: 1,
  name: "Slow",
  trigger: { kind: "webhook", reply: "accepted" },
  steps: [
    { id: "first", use: "transform.set", with: { n: "{{ trigger.body.n }}" } },
    { id: "at", use: "time.now" },
    { id: "pause", use: "wait", durationMs: 400 },
    { id: "id", use: "random.uuid" },
    { id: "last", use: "transform.set", with: { n: "{{ steps.first.n + 1 }}" } },
  ],
  output: { n: "{{ steps.last.n }}" },
} as const;

type RunItem = { id: string; status: string };

describe("a platform that is killed in the middle of runs", () => {
  test("ends every accepted run after the next start, and commits nothing twice", async () => {
    let platform = await startPlatform();
    const { port, dataDir } = platform;
    const person = await registerPerson(platform.url);
    const { id, url } = await person.publish(document);
    const accepted = new Set<string>();
    let kills = 0;
    for (let round = 0; round < 3; round += 1) {
      const sending = Array.from({ length: 40 }, async (_, n) => {
        await Bun.sleep(n * 15);
        const answer = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ n }),
        }).catch(() => undefined);
        if (answer?.status === 202) accepted.add(((await answer.json()) as { runId: string }).runId);
      });
      await Bun.sleep(350);
      await platform.kill();
      kills += 1;
      await Promise.all(sending);
      platform = await startPlatform({ port, dataDir });
    }
    try {
      const again = await login(platform.url, person.email, person.password);
      const runs = await waitForEnds(platform.url, again, person.teamId, id);
      const byId = new Map(runs.map((run) => [run.id, run.status]));
      expect(kills).toBe(3);
      expect(accepted.size).toBeGreaterThan(20);
      for (const runId of accepted) expect(`${runId} ${byId.get(runId)}`).toBe(`${runId} succeeded`);
      for (const { id: runId } of runs) {
        const events = await get<{ items: { seq: number; event: { kind: string; stepKey?: string } }[] }>(
          platform.url,
          again,
          `/teams/${person.teamId}/runs/${runId}/events?limit=200`,
        );
        const done = events.items
          .filter(({ event }) => event.kind === "stepSucceeded")
          .map(({ event }) => event.stepKey);
        expect(done.toSorted()).toEqual(["at", "id"]);
        expect(events.items.map(({ seq }) => seq)).toEqual(events.items.map((_, index) => index + 1));
      }
    } finally {
      await platform.stop();
    }
  }, 180_000);
});

async function login(baseUrl: string, email: string, password: string): Promise<string> {
  const answer = await fetch(`${baseUrl}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  return ((await answer.json()) as { accessToken: string }).accessToken;
}

async function get<T>(baseUrl: string, token: string, path: string): Promise<T> {
  const answer = await fetch(`${baseUrl}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()) as T;
}

async function waitForEnds(
  baseUrl: string,
  token: string,
  teamId: string,
  workflowId: string,
): Promise<readonly RunItem[]> {
  for (const endsAtMs = Date.now() + 60_000; ; await Bun.sleep(200)) {
    const { items } = await get<{ items: RunItem[] }>(
      baseUrl,
      token,
      `/teams/${teamId}/runs?workflowId=${workflowId}&limit=200`,
    );
    const isOver = items.every(({ status }) => ["succeeded", "failed", "cancelled", "diverged"].includes(status));
    if (isOver || Date.now() > endsAtMs) return items;
  }
}
