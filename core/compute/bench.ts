/**
 * Durable runs through RabbitMQ, from the first accept to the last end, against bare publish-confirm-consume-ack of the
 * same broker: `bun core/compute/bench.ts`. Five set steps and one effect; one process does everything.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createRabbitBroker } from "@dap/platform/broker";
import { sleep } from "@dap/platform/clock";
import { startPostgres } from "@dap/platform/embedded-postgres";
import { silentLogger } from "@dap/platform/log";
import { startOwnRabbit } from "@dap/platform/test-rabbitmq";
import { type AcceptOutcome, createBatcher, type RunStart } from "@dap/run";
import { acceptedEvent } from "@dap/run/test-run";
import { openWorld, succeeded } from "./src/test-world";

const count = Number(process.env.RUNS ?? 3_000);
const scratch = mkdtempSync("/var/tmp/dap-bench-");
const postgres = await startPostgres({ dataDir: join(scratch, "data"), durable: true });
process.env.DATABASE_URL_TEST = postgres.url;
const rabbit = await startOwnRabbit();
const open = () => createRabbitBroker(rabbit.url, { log: silentLogger });
const world = await openWorld(open);
const broker = await open();

const set = (id: string, from: string) => ({ id, use: "transform.set", with: { n: `{{ ${from} + 1 }}` } });
const workflow = await world.publishVersion({
  steps: [
    set("a", "trigger.body.n"),
    ...["b", "c", "d", "e"].map((id, index) => set(id, `steps.${"abcd"[index]}.n`)),
    { id: "call", use: "test.keyed", with: { n: "{{ steps.e.n }}" } },
  ],
  output: "{{ steps.call }}",
});
const worker = await world.startWorker(async (call) => succeeded(call.input), { prefetch: 256 }, { broker });
const accepter = createBatcher<RunStart, AcceptOutcome>(world.runs.data.acceptRuns, {
  maxEntries: 200,
  maxDelayMs: 2,
  inFlight: 2,
});

async function durable(): Promise<number> {
  const startMs = performance.now();
  const pinned = { id: workflow.id, name: "bench", version: 1 };
  let sent = 0;
  const caller = async () => {
    while (sent++ < count) {
      const accepted = acceptedEvent(world.teamId, { workflow: pinned, trigger: { body: { n: 1 } } });
      await accepter.add({ accepted });
    }
  };
  await Promise.all(Array.from({ length: 50 }, caller));
  const acceptedMs = performance.now() - startMs;
  for (;;) {
    const [row] = await world.runs.admin.sql`select 1 from run where ended_at is null limit 1`;
    if (row === undefined && worker.held() === 0) break;
    await sleep(10);
  }
  const ms = performance.now() - startMs;
  console.log(JSON.stringify({ accepted: Math.round(acceptedMs), ended: Math.round(ms) }));
  return (count / ms) * 1000;
}

async function bare(): Promise<number> {
  const startMs = performance.now();
  let answered = 0;
  const all = Promise.withResolvers<void>();
  const consumer = await broker.consume("bench.bare", { prefetch: 256 }, (delivery) => {
    delivery.ack();
    if (++answered === count) all.resolve();
  });
  let sent = 0;
  const publisher = async () => {
    while (sent++ < count) await broker.publish("bench.bare", [{ id: `${sent}`, body: { runId: "x".repeat(100) } }]);
  };
  await Promise.all(Array.from({ length: 50 }, publisher));
  await all.promise;
  const ms = performance.now() - startMs;
  await consumer.stop();
  return (count / ms) * 1000;
}

for (let round = 0; round < 4; round++) {
  const base = await bare();
  const rate = await durable();
  console.log(
    JSON.stringify({ bare: Math.round(base), durable: Math.round(rate), ratio: Number((rate / base).toFixed(3)) }),
  );
}
await rabbit.stop();
await postgres.stop();
rmSync(scratch, { recursive: true, force: true });
process.exit(0);
