import { describe, expect, test } from "bun:test";
import { callWebhook, plusOne, runStatuses } from "./src/journey";
import { registerPerson } from "./src/person";
import { startPlatform } from "./src/platform";

describe("a platform that is told to stop under load", () => {
  test("drains within 15 s with exit code 0, loses nothing, and the next start finishes the rest", async () => {
    let platform = await startPlatform();
    const { port, dataDir } = platform;
    const person = await registerPerson(platform.url);
    const short = await person.publish(plusOne("durable", "accepted", 50));
    const long = await person.publish(plusOne("durable", "accepted", 12_000));
    const waiting = await person.publish(plusOne("durable", "result", 12_000));
    const accepted = new Set<string>();
    const statuses: number[] = [];
    let isOver = false;
    const send = async (url: string): Promise<void> => {
      while (!isOver) {
        const answer = await callWebhook(url, 1).catch(() => undefined);
        if (answer) statuses.push(answer.status);
        if (answer?.status === 202) accepted.add(String(answer.body.runId));
        if (!answer) await Bun.sleep(20);
      }
    };
    const senders = [short.url, short.url, short.url, short.url].map(send);
    for (let n = 0; n < 20; n += 1) accepted.add(String((await callWebhook(long.url, n)).body.runId));
    // A caller who waits for the result of a run that takes longer than a drain, and a socket that nobody closes.
    const waiter = callWebhook(waiting.url, 1).catch(() => undefined);
    const socket = new WebSocket(`${platform.url.replace("http", "ws")}/realtime`);
    await Bun.sleep(500);

    const startedAtMs = Date.now();
    expect(await platform.stop()).toBe(0);
    const drainMs = Date.now() - startedAtMs;
    isOver = true;
    socket.close();
    await Promise.all([waiter, ...senders]);
    console.log(`drained in ${drainMs} ms; ${accepted.size} runs accepted`);
    expect(drainMs).toBeLessThan(15_000);
    expect(accepted.size).toBeGreaterThan(50);
    expect(statuses.filter((status) => status !== 202 && status !== 503)).toEqual([]);

    platform = await startPlatform({ port, dataDir });
    const runs = new Map([...(await runStatuses(person, short.id)), ...(await runStatuses(person, long.id, 45_000))]);
    for (const runId of accepted) expect(`${runId} ${runs.get(runId)}`).toBe(`${runId} succeeded`);
    expect(await platform.stop()).toBe(0);
  });
});
