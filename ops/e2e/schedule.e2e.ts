import { describe, expect, test } from "bun:test";
import { registerPerson } from "./src/person";
import { startPlatform } from "./src/platform";

const everyMs = 1_000;
const document = (name: string, catchUp: "skip" | { upTo: number }) =>
  ({
    dap: 1,
    name,
    trigger: { kind: "schedule", everyMs, catchUp, input: { n: 1 } },
    steps: [{ id: "a", use: "transform.set", with: { n: "{{ trigger.body.n }}" } }],
    output: { at: "{{ trigger.scheduledAt }}", n: "{{ steps.a.n }}" },
  }) as const;

type Call = Awaited<ReturnType<typeof registerPerson>>["call"];

/** The nominal ticks of the workflow's runs, the oldest first; each run has to have ended well. */
async function ticksOf(call: Call, workflowId: string): Promise<number[]> {
  const runs = await call<{ items: { id: string; trigger: string }[] }>(
    "GET",
    `runs?workflowId=${workflowId}&limit=200`,
  );
  const ticks = await Promise.all(
    runs.body.items.map(async ({ id, trigger }) => {
      expect(trigger).toBe("schedule");
      for (const endsAtMs = Date.now() + 15_000; ; await Bun.sleep(100)) {
        const { body } = await call<{ status: string; output: { at: string; n: number } | null }>("GET", `runs/${id}`);
        if (body.status !== "succeeded" && Date.now() < endsAtMs) continue;
        expect(body).toMatchObject({ status: "succeeded", output: { n: 1 } });
        return Date.parse(body.output?.at ?? "");
      }
    }),
  );
  return ticks.toSorted((left, right) => left - right);
}

const gapsOf = (ticks: readonly number[]) => ticks.slice(1).map((tick, n) => tick - (ticks[n] ?? 0));

describe("a workflow on a schedule", () => {
  test("runs about every second, and a crash of the platform doubles no tick and loses those alone that may be", async () => {
    // Later than this is missed: a restart takes longer.
    const env = { SCHEDULE_LATE_MS: "500" };
    let platform = await startPlatform({ env });
    const { port, dataDir } = platform;
    try {
      const { call, publish } = await registerPerson(platform.url);
      const publishedAtMs = Date.now();
      const { id: skipping } = await publish(document("Skipping", "skip"));
      const { id: catching } = await publish(document("Catching up", { upTo: 1_000 }));
      await Bun.sleep(4_200);
      const before = await ticksOf(call, catching);
      expect(before.length).toBeGreaterThanOrEqual(3);
      expect(before.every((tick) => tick % everyMs === 0 && tick >= publishedAtMs)).toBe(true);
      const { body } = await call<{ items: { workflowId: string; nextTicks: string[] }[] }>("GET", "schedules");
      expect(body.items.map(({ workflowId }) => workflowId).toSorted()).toEqual([skipping, catching].toSorted());
      expect(gapsOf(body.items[0]?.nextTicks.map((at) => Date.parse(at)) ?? [])).toEqual(Array(4).fill(everyMs));

      await platform.kill();
      const killedAtMs = Date.now();
      await Bun.sleep(2_000);
      platform = await startPlatform({ port, dataDir, env });
      const backAtMs = Date.now();
      await Bun.sleep(3_000);
      for (const id of [skipping, catching]) expect((await call("POST", `workflows/${id}/pause`, {})).status).toBe(200);

      const [skipped, caught] = [await ticksOf(call, skipping), await ticksOf(call, catching)];
      // No tick twice, none left out: one second after the other, over the crash.
      expect(new Set(gapsOf(caught))).toEqual(new Set([everyMs]));
      expect(new Set(skipped).size).toBe(skipped.length);
      const inOutage = (tick: number) => tick > killedAtMs && tick < killedAtMs + 1_400;
      expect(caught.filter(inOutage).length).toBeGreaterThan(0);
      expect(skipped.filter(inOutage)).toEqual([]);
      expect(skipped.filter((tick) => tick > backAtMs).length).toBeGreaterThanOrEqual(2);
      await Bun.sleep(1_500);
      expect(await ticksOf(call, catching)).toEqual(caught);
    } finally {
      await platform.stop();
    }
  }, 120_000);
});
