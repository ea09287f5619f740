import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { inTeam } from "../database/connection";
import { changeEndpoint } from "../endpoint/query";
import { exampleWorkflow } from "../setup/example";
import { createTestApp, type TestApp, teamA } from "../test-app";
import { awaitEdges, noteEdge } from "./edge-seen";
import { readFeed } from "./query";
import { createRouteSignal } from "./route-signal";

let app: TestApp;
const signal = createRouteSignal();
beforeAll(async () => {
  app = await createTestApp({ routeChanged: signal.wait });
}, 60_000);
afterAll(() => app.close());

const publish = async (): Promise<{ id: string; endpointId: string }> => {
  const { id } = (await app.ask("POST", "/workflows", { body: { document: exampleWorkflow } })).body;
  const { endpoint } = (await app.ask("POST", `/workflows/${id}/publish`, { body: {} })).body;
  return { id, endpointId: endpoint.id };
};
const feed = async (query: string) => (await app.ask("GET", `/internal/routes?${query}`, { as: "edge" })).body;

describe("the route feed", () => {
  test("gives each changed endpoint once, as it is now, with the document of its version", async () => {
    const { cursor } = await feed("since=0");
    const { id, endpointId } = await publish();
    await app.ask("POST", `/workflows/${id}/pause`, { body: {} });
    const page = await feed(`since=${cursor}`);
    expect(page.endpoints).toEqual([{ id: endpointId, teamId: teamA, workflowId: id, version: 1, paused: true }]);
    expect(page.versions).toMatchObject([{ workflowId: id, version: 1, name: "Order total" }]);
    expect(page.versions[0].document).toEqual(JSON.parse(JSON.stringify(exampleWorkflow)));
    expect(await feed(`since=${page.cursor}`)).toEqual({
      cursor: page.cursor,
      endpoints: [],
      versions: [],
      removedEndpoints: [],
    });
  });

  test("never lets a reader step over a slow transaction", async () => {
    const slow = await publish();
    const quick = await publish();
    const { cursor } = await feed("since=0");
    const gate = Promise.withResolvers<void>();
    const change = (workflowId: string, hold: Promise<void>) =>
      inTeam(app.deps.db, teamA, async (tx) => {
        await changeEndpoint(tx, { teamId: teamA, workflowId });
        await hold;
      });
    const first = change(slow.id, gate.promise);
    await Bun.sleep(100);
    const second = change(quick.id, Promise.resolve());
    await Bun.sleep(100);
    // Without the lock the second change would be visible here, and a reader would move past the first.
    expect((await readFeed(app.deps.systemDb, cursor)).cursor).toBe(cursor);
    gate.resolve();
    await Promise.all([first, second]);
    const page = await readFeed(app.deps.systemDb, cursor);
    expect(page.endpoints.map(({ id }) => id)).toEqual([slow.endpointId, quick.endpointId]);
  });

  test("waits for a change and answers when it comes", async () => {
    const { cursor } = await feed("since=0");
    const waiting = feed(`since=${cursor}&wait=10`);
    await Bun.sleep(50);
    const startedMs = performance.now();
    const { endpointId } = await publish();
    signal.raise();
    expect((await waiting).endpoints[0].id).toBe(endpointId);
    expect(performance.now() - startedMs).toBeLessThan(900);
  });

  test("finds a change whose notification was lost", async () => {
    const { cursor } = await feed("since=0");
    const waiting = feed(`since=${cursor}&wait=10`);
    const { endpointId } = await publish();
    expect((await waiting).endpoints[0].id).toBe(endpointId);
  });

  test("answers an empty page when nothing comes, and begins anew for a reader that is ahead", async () => {
    const { cursor } = await feed("since=0");
    expect(await feed(`since=${cursor}&wait=1`)).toMatchObject({ cursor, endpoints: [] });
    const ahead = await feed(`since=${cursor + 1_000}`);
    expect(ahead.cursor).toBe(cursor);
    expect(ahead.endpoints.length).toBeGreaterThan(0);
  });

  test("refuses a cursor that is none", async () => {
    const refused = await app.ask("GET", "/internal/routes?since=-1", { as: "edge" });
    expect([refused.status, refused.body.code]).toEqual([422, "INVALID_QUERY"]);
  });
});

describe("a publish", () => {
  const timed = async (work: () => Promise<unknown>) => {
    const startedMs = performance.now();
    await work();
    return performance.now() - startedMs;
  };

  test("is answered only when every edge that is alive has it in force", async () => {
    await noteEdge(app.deps.systemDb, "slow-edge", 0);
    let isAnswered = false;
    const publishing = publish().then((made) => {
      isAnswered = true;
      return made;
    });
    await Bun.sleep(200);
    expect(isAnswered).toBe(false);
    const { cursor } = await feed("since=0");
    await feed(`since=${cursor}&edge=slow-edge`);
    await publishing;
    expect(isAnswered).toBe(true);
  });

  test("does not wait longer than a second for an edge that is slow", async () => {
    await noteEdge(app.deps.systemDb, "slow-edge", 0);
    const ms = await timed(() => awaitEdges(app.deps.systemDb, 1));
    expect(ms).toBeGreaterThan(900);
    expect(ms).toBeLessThan(2_500);
    await noteEdge(app.deps.systemDb, "slow-edge", 1_000_000);
    expect(await timed(() => awaitEdges(app.deps.systemDb, 1))).toBeLessThan(500);
  });
});
