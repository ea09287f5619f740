import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { ensureEmbeddedBroker } from "./broker";
import { createTestDatabase } from "./test-postgres";

/** A program that hardens itself and then uses what services use; prints what it saw. In a process of its own: it cannot be undone. */
const program = (databaseUrl: string) => `
  const at = (name) => import(${JSON.stringify(import.meta.dir)} + "/" + name);
  const { createHttpApp, serve, withSwagger, createEmbeddedBroker, connect, silentLogger, hardenRuntime, Secret,
    createAuthenticator, mintServiceToken } = await at("index.ts");
  const { createRabbitBroker } = await at("broker.ts");
  const { Type } = await import("@sinclair/typebox");
  hardenRuntime();
  const seen = {};
  try { ({}).__proto__.polluted = 1; } catch { seen.threw = true; }
  seen.polluted = ({}).polluted;
  const app = createHttpApp({ name: "x", log: silentLogger })
    .post("/echo", ({ body }) => body, { body: Type.Object({ a: Type.Integer() }) })
    .use(withSwagger({ title: "x", version: "1" }));
  const server = serve(app, { port: 0 });
  const post = (body) => fetch(server.url + "/echo", { method: "POST", body, headers: { "content-type": "application/json" } });
  seen.echo = await (await post('{"a":1}')).json();
  seen.refused = (await post('{"a":"x","__proto__":{"b":1}}')).status;
  seen.openapi = Object.keys((await (await fetch(server.url + "/openapi.json")).json()).paths);
  const secret = new Secret("s".repeat(40));
  const authenticate = createAuthenticator({ localKeys: { keys: [] }, issuer: "x", audience: "x", serviceSecret: secret });
  const request = new Request("http://localhost/", { headers: { authorization: "Bearer " + (await mintServiceToken("data", secret)) } });
  seen.principal = await authenticate(request);
  const broker = await createEmbeddedBroker(${JSON.stringify(databaseUrl)}, { log: silentLogger });
  await broker.declareQueue("q");
  await broker.publish("q", [{ id: "a", body: 1 }]);
  seen.delivered = await new Promise((resolve) => broker.consume("q", { prefetch: 1 }, (d) => { d.ack(); resolve(d.id); }));
  const connection = connect(${JSON.stringify(databaseUrl)}, { applicationName: "x" });
  seen.drizzle = (await connection.db.execute("select 1 as one"))[0].one;
  seen.rabbit = await createRabbitBroker("amqp://127.0.0.1:1", { log: silentLogger, connectWithinMs: 200 }).catch((e) => e.code);
  await connection.close(); await broker.close(); await server.stop();
  console.log(JSON.stringify(seen));`;

describe("a hardened runtime", () => {
  test("lets no input reach the prototype of all objects, and everything of the platform still works", async () => {
    const database = await createTestDatabase();
    await ensureEmbeddedBroker(database.ownerUrl);
    const child = Bun.spawn([process.execPath, "-e", program(database.roleUrl("dap_data"))], {
      cwd: join(import.meta.dir, ".."),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [output, problem] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    expect(problem).toBe("");
    expect(JSON.parse(output)).toEqual({
      threw: true,
      echo: { a: 1 },
      refused: 422,
      openapi: ["/echo"],
      principal: { kind: "service", name: "data" },
      delivered: "a",
      drizzle: 1,
      rabbit: "BROKER_UNREACHABLE",
    });
  }, 60_000);
});
