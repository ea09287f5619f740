import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect as connectSocket } from "node:net";
import { newId } from "@dap/platform/id";
import { silentLogger } from "@dap/platform/log";
import { createRealtimeLink } from "@dap/platform/realtime-link";
import { Secret } from "@dap/platform/secret";
import { mintServiceToken } from "@dap/platform/service-token";
import { account, createStage, openSocket, origin, serviceSecret } from "./test-stage";
import { tokenEndMs } from "./ticket/token-end";

type Stage = Awaited<ReturnType<typeof createStage>>;
const team = newId();
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.stop());

describe("opening a socket", () => {
  const refused = (url: string, headers: Record<string, string>) =>
    openSocket(url, headers).then(
      () => "opened",
      () => "refused",
    );
  const ticketUrl = () =>
    `${stage.url}/realtime?ticket=${stage.tickets.issue({ principal: account(team, "viewer", newId()) })}`;

  test("takes a ticket once", async () => {
    const url = ticketUrl();
    const tries = await Promise.all([1, 2, 3, 4].map(() => refused(url, { origin })));
    expect(tries.sort()).toEqual(["opened", "refused", "refused", "refused"]);
    expect(await refused(url, { origin })).toBe("refused");
  });

  test("is refused without a ticket, and to pages of another origin", async () => {
    expect(await refused(`${stage.url}/realtime`, { origin })).toBe("refused");
    expect(await refused(`${stage.url}/realtime?ticket=x`, { origin })).toBe("refused");
    for (const other of ["https://evil.test", `${origin}.evil.test`, "null", "http://dap.test"]) {
      expect(await refused(ticketUrl(), { origin: other })).toBe("refused");
    }
    expect(await refused(ticketUrl(), {})).toBe("refused");
  });

  test("lets services in by their token and nobody by another one", async () => {
    const bearer = async (secret: Secret<string>) => ({
      authorization: `Bearer ${await mintServiceToken("compute", secret)}`,
    });
    expect(await refused(`${stage.url}/realtime`, await bearer(serviceSecret))).toBe("opened");
    expect(await refused(`${stage.url}/realtime`, await bearer(new Secret("t".repeat(40))))).toBe("refused");
  });

  test("is limited for one account", async () => {
    const accountId = newId();
    const sockets = await Promise.all(numbers(1, 50).map(() => stage.open(team, "viewer", accountId)));
    await expect(stage.open(team, "viewer", accountId)).rejects.toThrow();
    for (const socket of sockets) socket.close();
    await Promise.all(sockets.map((socket) => socket.closed));
    await Bun.sleep(50);
    (await stage.open(team, "viewer", accountId)).close();
  });
});

describe("a ticket", () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${stage.url}/api/v1/realtime/tickets`, { method: "POST", headers });

  test("is not given to nobody", async () => {
    const response = await ask({});
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("of one owner is not driven out by all those that another one asks for", async () => {
    const issue = (accountId: string) => stage.tickets.issue({ principal: account(team, "viewer", accountId) });
    const greedy = newId();
    const [first, mine] = [issue(greedy), issue(newId())];
    const later = Array.from({ length: 60 }, () => issue(greedy));
    expect(stage.tickets.redeem(mine)).toBeDefined();
    expect(stage.tickets.redeem(first)).toBeUndefined();
    expect(later.filter((ticket) => stage.tickets.redeem(ticket))).toHaveLength(60);
  });

  test("has 256 bits of chance and is never the same", async () => {
    const authorization = `Bearer ${await mintServiceToken("web", serviceSecret)}`;
    const [one, two] = await Promise.all([1, 2].map(async () => (await ask({ authorization })).json()));
    expect(Buffer.from(one.ticket, "base64url").length).toBe(32);
    expect(one.ticket).not.toBe(two.ticket);
  });
});

describe("a subscription to a run", () => {
  test("gives what is stored, says so, and goes on with what comes", async () => {
    const runId = stage.source.addRun(team, 5);
    const socket = await stage.open(team);
    socket.ask({ kind: "subscribe", topic: `run/${runId}`, after: 2 });
    await socket.until(() => socket.heard.some((reply) => reply.kind === "subscribed"));
    expect(socket.seqs(runId)).toEqual([3, 4, 5]);
    expect(socket.heard.at(-1)).toEqual({ kind: "subscribed", topic: `run/${runId}`, seq: 5 });
    stage.hub.publish([stage.source.append(runId), stage.source.append(runId)]);
    await socket.until(() => socket.seqs(runId).length === 5);
    expect(socket.seqs(runId)).toEqual([3, 4, 5, 6, 7]);
  });

  test("has no gap and nothing twice while events come in during the reading of old ones", async () => {
    stage.source.delayMs = 5;
    stage.source.pageSize = 20;
    const runId = stage.source.addRun(team, 150);
    const sockets = await Promise.all(numbers(1, 5).map(() => stage.open(team)));
    for (const socket of sockets) socket.ask({ kind: "subscribe", topic: `run/${runId}`, after: 0 });
    for (let n = 0; n < 100; n++) {
      const message = stage.source.append(runId);
      if (n % 7 !== 3) stage.hub.publish([message]); // some are never told
      if (n % 3 === 0) await Bun.sleep(1);
    }
    stage.hub.publish([stage.source.append(runId)]);
    for (const socket of sockets) {
      await socket.until(() => socket.seqs(runId).length >= 251);
      expect(socket.seqs(runId)).toEqual(numbers(1, 251));
    }
    stage.source.delayMs = 0;
    stage.source.pageSize = 100;
  });

  test("does not miss what comes while the run is being looked up", async () => {
    const runId = stage.source.addRun(team, 1);
    const socket = await stage.open(team);
    stage.source.delayMs = 60;
    socket.ask({ kind: "subscribe", topic: `run/${runId}`, after: 1 });
    await Bun.sleep(20);
    stage.hub.publish([stage.source.append(runId)]);
    await socket.until(() => socket.seqs(runId).length === 1, 1_000);
    stage.source.delayMs = 0;
  });

  test("puts right what is told late, doubled or in disorder", async () => {
    const runId = stage.source.addRun(team, 1);
    const socket = await stage.open(team);
    socket.ask({ kind: "subscribe", topic: `run/${runId}`, after: 0 });
    await socket.until(() => socket.heard.some((reply) => reply.kind === "subscribed"));
    const [two, three, four] = [1, 2, 3].map(() => stage.source.append(runId));
    for (const message of [four, three, two, four, two]) if (message) stage.hub.publish([message]);
    await socket.until(() => socket.seqs(runId).length >= 4);
    await Bun.sleep(50);
    expect(socket.seqs(runId)).toEqual([1, 2, 3, 4]);
  });

  test("notices by itself that the last event was never told", async () => {
    const runId = stage.source.addRun(team, 1);
    const socket = await stage.open(team);
    socket.ask({ kind: "subscribe", topic: `run/${runId}`, after: 1 });
    await socket.until(() => socket.heard.length > 0);
    stage.source.append(runId, { kind: "ended", outcome: { status: "cancelled" }, atMs: 1 });
    await socket.until(() => socket.seqs(runId).length === 1, 8_000);
    expect(socket.seqs(runId)).toEqual([2]);
  }, 10_000);

  test("is refused alike for a run of another team and for one that does not exist", async () => {
    const socket = await stage.open(team);
    const foreign = stage.source.addRun(newId(), 3);
    for (const id of [foreign, newId()]) socket.ask({ kind: "subscribe", topic: `run/${id}` });
    await socket.until(() => socket.heard.length === 2);
    await Bun.sleep(30);
    expect(socket.heard.map((reply) => (reply.kind === "refused" ? reply.code : reply.kind))).toEqual([
      "NOT_FOUND",
      "NOT_FOUND",
    ]);
  });

  test("hears nothing that names another team, though it names the run", async () => {
    const runId = stage.source.addRun(team, 1);
    const socket = await stage.open(team);
    socket.ask({ kind: "subscribe", topic: `run/${runId}`, after: 1 });
    await socket.until(() => socket.heard.length === 1);
    stage.hub.publish([
      { kind: "runEvent", runId, teamId: newId(), seq: 2, event: { kind: "decided", stepKey: "s", choice: "x" } },
    ]);
    await Bun.sleep(50);
    expect(socket.seqs(runId)).toEqual([]);
  });

  test("says that data is away, and can be tried again", async () => {
    const runId = stage.source.addRun(team, 1);
    const socket = await stage.open(team);
    stage.source.isDown = true;
    socket.ask({ kind: "subscribe", topic: `run/${runId}` });
    await socket.until(() => socket.heard.length === 1);
    expect(socket.heard[0]).toMatchObject({ kind: "refused", code: "SERVICE_UNAVAILABLE" });
    stage.source.isDown = false;
    socket.ask({ kind: "subscribe", topic: `run/${runId}` });
    await socket.until(() => socket.seqs(runId).length === 1);
  });

  test("ends with an unsubscribe", async () => {
    const runId = stage.source.addRun(team, 0);
    const socket = await stage.open(team);
    socket.ask({ kind: "subscribe", topic: `run/${runId}` });
    await socket.until(() => socket.heard.length === 1);
    socket.ask({ kind: "unsubscribe", topic: `run/${runId}` });
    await Bun.sleep(30);
    stage.hub.publish([stage.source.append(runId)]);
    await Bun.sleep(50);
    expect(socket.seqs(runId)).toEqual([]);
  });
});

describe("a subscription to a team's runs", () => {
  const changed = (teamId: string) => ({
    kind: "runChanged" as const,
    teamId,
    run: {
      id: newId(),
      workflowId: newId(),
      workflowName: "w",
      version: 1,
      status: "running" as const,
      trigger: "manual" as const,
      createdAt: "2026-01-01T00:00:00Z",
      endedAt: null,
    },
  });

  test("hears the changes of that team, and of no other", async () => {
    const other = newId();
    const socket = await stage.open(team);
    socket.ask({ kind: "subscribe", topic: `team/${team}/runs` });
    socket.ask({ kind: "subscribe", topic: `team/${other}/runs` });
    await socket.until(() => socket.heard.length === 2);
    expect(socket.heard.map((reply) => reply.kind)).toEqual(["subscribed", "refused"]);
    const message = changed(team);
    stage.hub.publish([changed(other), message]);
    await socket.until(() => socket.heard.length === 3);
    expect(socket.heard[2]).toEqual({ kind: "message", topic: `team/${team}/runs`, message });
  });
});

describe("a socket", () => {
  test("is closed for a frame that is no request, while others go on", async () => {
    const neighbour = await stage.open(team);
    const frames = [
      "",
      "null",
      "{",
      "[]",
      '{"kind":"drop"}',
      '{"kind":"subscribe"}',
      '{"kind":"subscribe","topic":1}',
      "\u0000",
    ];
    for (const frame of frames) {
      const socket = await stage.open(team);
      socket.send(frame);
      expect(await socket.closed).toBe(1007);
    }
    const binary = await stage.open(team);
    binary.send(new Uint8Array([1, 2, 3]));
    expect(await binary.closed).toBe(1007);
    const runId = stage.source.addRun(team, 1);
    neighbour.ask({ kind: "subscribe", topic: `run/${runId}` });
    await neighbour.until(() => neighbour.seqs(runId).length === 1);
  });

  test("is closed for a frame over 64 KB, too many frames, and for publishing without being a service", async () => {
    const large = await stage.open(team);
    large.send(JSON.stringify({ kind: "unsubscribe", topic: "x".repeat(70_000) }));
    expect(await large.closed).toBe(1009);
    const fast = await stage.open(team);
    for (let n = 0; n < 150; n++) fast.ask({ kind: "unsubscribe", topic: "x" });
    expect(await fast.closed).toBe(1008);
    const publisher = await stage.open(team, "owner");
    publisher.ask({ kind: "publish", messages: [] });
    expect(await publisher.closed).toBe(1008);
  });

  test("listens to a hundred topics and no more", async () => {
    const socket = await stage.open(team);
    for (let n = 0; n < 50; n++) socket.ask({ kind: "subscribe", topic: `run/${stage.source.addRun(team, 0)}` });
    await Bun.sleep(600);
    for (let n = 0; n < 51; n++) socket.ask({ kind: "subscribe", topic: `run/${stage.source.addRun(team, 0)}` });
    await socket.until(() => socket.heard.length === 101);
    expect(socket.heard.filter((reply) => reply.kind === "refused")).toMatchObject([{ code: "TOO_MANY_TOPICS" }]);
  });

  test("is closed when the rights of its owner change", async () => {
    const accountId = newId();
    const socket = await stage.open(team, "viewer", accountId);
    stage.stale.add(accountId);
    expect(await socket.closed).toBe(4001);
  });

  test("speaks for its owner no longer than the token that its ticket was traded for", async () => {
    const lasting = await stage.open(team, "viewer", newId(), Date.now() + 60_000);
    const socket = await stage.open(team, "viewer", newId(), Date.now() + 100);
    expect(await socket.closed).toBe(4001);
    const token = `e30.${Buffer.from('{"exp":7}').toString("base64url")}.s`;
    const endOf = (authorization: string) =>
      tokenEndMs(new Request("http://x/", { headers: { authorization: `Bearer ${authorization}` } }));
    expect([endOf(token), endOf("dap_key")]).toEqual([7_000, undefined]);
    expect(await Promise.race([lasting.closed, Bun.sleep(120).then(() => "open")])).toBe("open");
    lasting.close();
  });

  test("is cut when its reader reads nothing, and holds nobody up", async () => {
    const runId = stage.source.addRun(team, 0);
    const reader = await stage.open(team);
    reader.ask({ kind: "subscribe", topic: `run/${runId}` });
    await reader.until(() => reader.heard.length === 1);
    const stalled = await openStalled(stage, runId);
    const big = "x".repeat(50_000);
    for (let n = 0; n < 400; n++) {
      stage.hub.publish([stage.source.append(runId, { kind: "decided", stepKey: "s", choice: big })]);
      await Bun.sleep(1);
    }
    await reader.until(() => reader.seqs(runId).length === 400);
    expect(reader.seqs(runId)).toEqual(numbers(1, 400));
    stalled.resume();
    expect(await stalled.ended).toContain('"kind":"refetch"');
  }, 20_000);
});

/** Speaks the protocol by hand, so that it can stop reading from the wire. */
async function openStalled(on: Stage, runId: string) {
  const { hostname, port } = new URL(on.url);
  const ticket = on.tickets.issue({ principal: account(team, "viewer", newId()) });
  const socket = connectSocket(Number(port), hostname);
  let text = "";
  const ended = Promise.withResolvers<string>();
  socket.on("data", (chunk) => {
    text = (text + chunk.toString("latin1")).slice(-200_000);
  });
  socket.on("close", () => ended.resolve(text));
  socket.on("error", () => ended.resolve(text));
  const head = ["Host: dap.test", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  socket.write([`GET /realtime?ticket=${ticket} HTTP/1.1`, ...head, key, `Origin: ${origin}`, "", ""].join("\r\n"));
  const payload = Buffer.from(JSON.stringify({ kind: "subscribe", topic: `run/${runId}` }));
  // A text frame with an all-zero mask.
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
  while (!text.includes("subscribed")) await Bun.sleep(5);
  socket.pause();
  return { resume: () => socket.resume(), ended: ended.promise };
}

describe("a service's link", () => {
  const open = (url: string) => createRealtimeLink({ url, serviceName: "compute", serviceSecret, log: silentLogger });
  const until = async (isTrue: () => boolean, withinMs = 10_000) => {
    for (const endMs = Date.now() + withinMs; !isTrue(); await Bun.sleep(5))
      if (Date.now() > endMs) throw new Error("did not happen");
  };

  test("publishes to those who listen, also what was said before the line stood", async () => {
    const runId = stage.source.addRun(team, 0);
    const socket = await stage.open(team);
    socket.ask({ kind: "subscribe", topic: `run/${runId}` });
    await socket.until(() => socket.heard.length === 1);
    const link = open(stage.url);
    for (let n = 0; n < 700; n++) link.publish([stage.source.append(runId)]);
    await socket.until(() => socket.seqs(runId).length === 700);
    expect(socket.seqs(runId)).toEqual(numbers(1, 700));
    link.close();
  });

  test("hears every event of a run once and in order, also over a restart of the server", async () => {
    const first = await createStage();
    const { source } = first;
    const port = Number(new URL(first.url).port);
    const runId = source.addRun(team, 3);
    const link = open(first.url);
    const heard: number[] = [];
    const late: number[] = [];
    link.subscribe(`run/${runId}`, 0, (message) => message.kind === "runEvent" && heard.push(message.seq));
    await until(() => heard.length === 3);
    first.hub.publish([source.append(runId)]);
    await until(() => heard.length === 4);
    const leave = link.subscribe(`run/${runId}`, 2, (message) => message.kind === "runEvent" && late.push(message.seq));
    await until(() => late.length === 2);
    await first.stop();
    source.append(runId);
    source.append(runId);
    const second = await createStage({ source, port });
    await until(() => heard.length === 6);
    leave();
    second.hub.publish([source.append(runId)]);
    await until(() => heard.length === 7);
    expect(heard).toEqual(numbers(1, 7));
    expect(late).toEqual(numbers(3, 6));
    link.close();
    await second.stop();
  }, 20_000);
});
