import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Broker } from "../broker";
import { silentLogger } from "../log";
import { type Connection, connect } from "../postgres";
import { createTestDatabase, type TestDatabase } from "../test-postgres";
import { describeBroker } from "./broker.contract";
import { createEmbeddedBroker, ensureEmbeddedBroker } from "./embedded";

let count = 0;
const names = new WeakMap<Broker, string>();

async function connectNamed(database: TestDatabase): Promise<Broker> {
  const name = `broker-${count++}`;
  const options = { log: silentLogger, name, pollMs: 100 };
  const broker = await createEmbeddedBroker(database.roleUrl("dap_data_system"), options);
  names.set(broker, name);
  return broker;
}

describeBroker("the embedded broker", async () => {
  const database = await createTestDatabase();
  await ensureEmbeddedBroker(database.ownerUrl);
  await ensureEmbeddedBroker(database.ownerUrl);
  const admin = connect(database.adminUrl, { applicationName: "admin", max: 1 });
  return {
    connect: () => connectNamed(database),
    cut: async (broker) => {
      const own = `${names.get(broker)}%`;
      await admin.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name like ${own}`;
    },
  };
});

describe("the embedded broker's database", () => {
  let database: TestDatabase;
  let broker: Broker;
  let admin: Connection;
  beforeAll(async () => {
    database = await createTestDatabase();
    await ensureEmbeddedBroker(database.ownerUrl);
    broker = await connectNamed(database);
    admin = connect(database.adminUrl, { applicationName: "admin", max: 1 });
  });
  afterAll(async () => {
    await broker.close();
    await admin.close();
  });

  test("hands out higher priorities first", async () => {
    await broker.declareQueue("urgent");
    const message = (id: string, priority: number) => ({ id, body: null, priority });
    await broker.publish("urgent", [message("low", 0), message("high", 9), message("middle", 5)]);
    const got: string[] = [];
    const done = Promise.withResolvers<void>();
    await broker.consume("urgent", { prefetch: 1 }, (delivery) => {
      delivery.ack();
      if (got.push(delivery.id) === 3) done.resolve();
    });
    await done.promise;
    expect(got).toEqual(["high", "middle", "low"]);
  });

  test("keeps what was rejected, with its body", async () => {
    await broker.consume("bad", { prefetch: 1 }, (delivery) => delivery.nack(false));
    await broker.publish("bad", [{ id: "poison", body: { a: 1 } }]);
    let rows: readonly unknown[] = [];
    for (let round = 0; rows.length === 0 && round < 100; round++) {
      await Bun.sleep(20);
      rows = await admin.sql`select id, body from broker.dead_letter where queue = 'bad'`;
    }
    expect(rows).toEqual([{ id: "poison", body: '{"a":1}' }]);
  });

  test("hands out again, within a second, what a process held that was killed", async () => {
    await broker.declareQueue("killed");
    await broker.publish("killed", [{ id: "a", body: 1 }]);
    const code = `
      const { createEmbeddedBroker } = await import(${JSON.stringify(join(import.meta.dir, "..", "broker.ts"))});
      const { silentLogger } = await import(${JSON.stringify(join(import.meta.dir, "..", "log.ts"))});
      const broker = await createEmbeddedBroker(${JSON.stringify(database.roleUrl("dap_compute"))}, { log: silentLogger });
      await broker.consume("killed", { prefetch: 1 }, (delivery) => console.log(delivery.id));`;
    const worker = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe", stderr: "inherit" });
    await worker.stdout.getReader().read();
    const got = Promise.withResolvers<boolean>();
    await broker.consume("killed", { prefetch: 1 }, (delivery) => {
      delivery.ack();
      got.resolve(delivery.redelivered);
    });
    const startMs = performance.now();
    worker.kill("SIGKILL");
    expect(await got.promise).toBe(true);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  }, 20_000);

  test("gives back what a session took after it was declared dead", async () => {
    await broker.declareQueue("late");
    await broker.publish("late", [{ id: "a", body: 1 }]);
    await admin.sql`update broker.message set session = 2000000000, deliveries = 1 where queue = 'late'`;
    const redelivered = await new Promise((resolve) => {
      void broker.consume("late", { prefetch: 1 }, (delivery) => {
        delivery.ack();
        resolve(delivery.redelivered);
      });
    });
    expect(redelivered).toBe(true);
  });

  test("takes messages without waiting for the disk, but never confirms without", async () => {
    const rows = await admin.sql`
      select distinct application_name, query from pg_stat_activity where application_name like 'broker%'`;
    expect(rows.length).toBeGreaterThan(0);
    const quick = connect(`${database.roleUrl("dap_data")}?synchronous_commit=off`, { applicationName: "test" });
    const [row] = await quick.sql`select current_setting('synchronous_commit') as mode`;
    expect(row?.mode).toBe("off");
    await quick.close();
  });

  test("refuses at the start when its schema is missing", async () => {
    const empty = await createTestDatabase();
    const attempt = createEmbeddedBroker(empty.roleUrl("dap_data"), { log: silentLogger });
    await expect(attempt).rejects.toThrow("broker.session");
  });
});
