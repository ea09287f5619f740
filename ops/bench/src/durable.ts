import { connect } from "amqplib";
import type { Person } from "../../e2e/src/person";
import { connections, requestBody, runLoad } from "./inline";

const queue = "bench.bare";
const windowMax = 50;

/** Messages a second of the bare broker: publish (persistent, quorum, 50 unconfirmed at most), consume, acknowledge. */
export async function bareBrokerRate(brokerUrl: string, messages: number): Promise<number> {
  const connection = await connect(brokerUrl);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, { durable: true, arguments: { "x-queue-type": "quorum" } });
  await channel.purgeQueue(queue);
  // A fresh quorum queue is not at its speed yet.
  await Bun.sleep(2_000);
  await channel.prefetch(256);
  const body = Buffer.from(
    JSON.stringify({ runId: crypto.randomUUID(), teamId: crypto.randomUUID(), dispatchId: crypto.randomUUID() }),
  );
  const done = Promise.withResolvers<void>();
  let received = 0;
  const startedAtMs = performance.now();
  await channel.consume(queue, (message) => {
    if (!message) return;
    channel.ack(message);
    received += 1;
    if (received === messages) done.resolve();
  });
  let sent = 0;
  const publishNext = (): void => {
    if (sent === messages) return;
    sent += 1;
    channel.sendToQueue(queue, body, { persistent: true }, publishNext);
  };
  for (let index = 0; index < windowMax; index += 1) publishNext();
  await done.promise;
  const elapsedMs = performance.now() - startedAtMs;
  await channel.deleteQueue(queue);
  await connection.close();
  return (messages / elapsedMs) * 1_000;
}

/** Durable runs a second, from the first accept to the last finish. Every run is checked to have succeeded. */
export async function durableRate(
  person: Person,
  endpoint: { id: string; url: string },
  runs: number,
): Promise<number> {
  const startedAtMs = performance.now();
  const load = await runLoad({
    url: endpoint.url,
    method: "POST",
    body: requestBody,
    connections,
    durationMs: 120_000,
    requestsMax: runs,
  });
  if (load.unexpected > 0) throw new Error(`${load.unexpected} runs were not accepted`);
  while (!(await isDrained(person, endpoint.id))) await Bun.sleep(20);
  const elapsedMs = performance.now() - startedAtMs;
  const failed = await person.call<{ items: unknown[] }>("GET", `runs?workflowId=${endpoint.id}&status=failed&limit=1`);
  if (failed.body.items.length > 0) throw new Error(`runs failed: ${JSON.stringify(failed.body.items)}`);
  return (load.requests / elapsedMs) * 1_000;
}

async function isDrained(person: Person, workflowId: string): Promise<boolean> {
  for (const status of ["queued", "running", "waiting"]) {
    const { body } = await person.call<{ items: unknown[] }>(
      "GET",
      `runs?workflowId=${workflowId}&status=${status}&limit=1`,
    );
    if (body.items.length > 0) return false;
  }
  return true;
}
