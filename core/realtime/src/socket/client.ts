import { type Principal, type RealtimeReply, teamPermissions } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import type { Logger } from "@dap/platform/log";
import type { Holder } from "../ticket/store";
import type { Hub } from "../topic/hub";
import { parseTopic, type Topic } from "../topic/parse";
import type { RunSource } from "../topic/run-source";
import { createRunSubscription } from "../topic/subscription";
import { createOutlet, type Wire } from "./outlet";
import { createRateLimit } from "./rate-limit";
import { parseRequest } from "./request";

export type ClientDeps = { readonly hub: Hub; readonly source: RunSource; readonly log: Logger };

export const limits = { frameBytesMax: 65_536, framesPerSecond: 100, topicsMax: 100 } as const;

/** One socket: what it asks, what it listens to. Whatever goes wrong here closes this socket and no other. */
export type Client = {
  readonly principal: Principal;
  readonly openedAtMs: number;
  /** Unix time at which what the socket may see must be asked anew. */
  readonly endMs: number;
  readonly receive: (frame: string | Buffer) => void;
  readonly drained: () => void;
  /** Looks for missed events of its runs. */
  readonly check: () => void;
  readonly end: (code: number, reason: string) => void;
  readonly closed: () => void;
};

type Joined = { readonly leave: () => void; readonly check: () => void };

export function createClient(
  wire: Wire,
  { principal, endMs = Number.POSITIVE_INFINITY }: Holder,
  { hub, source, log }: ClientDeps,
): Client {
  const topics = new Map<string, Joined>();
  const allowsFrame = createRateLimit(limits.framesPerSecond, performance.now());
  const isService = principal.kind === "service";
  const reply = (answer: RealtimeReply) => outlet.send(JSON.stringify(answer));

  const outlet = createOutlet(wire, () => {
    // It may never read these lines; if it does, it knows what to do. A reader that reads nothing is cut.
    for (const topic of topics.keys()) wire.send(JSON.stringify({ kind: "refetch", topic } satisfies RealtimeReply));
    end(1013, "too slow");
  });

  const leaveAll = () => {
    for (const joined of topics.values()) joined.leave();
    topics.clear();
  };

  const end = (code: number, reason: string) => {
    outlet.close();
    leaveAll();
    wire.close(code, reason);
    setTimeout(() => wire.terminate(), 2_000).unref();
  };

  const leave = (topic: string) => {
    topics.get(topic)?.leave();
    topics.delete(topic);
  };

  const subscribe = async (name: string, after: number) => {
    leave(name);
    const topic = parseTopic(name);
    if (topic === undefined) return reply({ kind: "refused", topic: name, code: "NOT_FOUND" });
    if (!isService && topics.size >= limits.topicsMax)
      return reply({ kind: "refused", topic: name, code: "TOO_MANY_TOPICS" });
    // Kept at once, so that the place is taken and what comes during the checks is not missed.
    const early = joinTopic(name, topic, after);
    topics.set(name, early);
    const code = await early.ready.catch((error) => refusalOf(error, log));
    if (code === undefined || topics.get(name) !== early) return;
    leave(name);
    reply({ kind: "refused", topic: name, code });
  };

  const joinTopic = (name: string, topic: Topic, after: number) => {
    if (topic.kind === "teamRuns") return joinTeam(name, topic.teamId);
    let live: ReturnType<typeof createRunSubscription> | undefined;
    let seen = 0;
    const leaveHub = hub.join(name, ({ message, text }) => {
      if (message.kind !== "runEvent") return;
      // Before the subscription stands, the number is enough: it reads the store up to there.
      seen = Math.max(seen, message.seq);
      live?.take({ message, text });
    });
    let isLeft = false;
    const start = async () => {
      const place = await source.findRun(topic.runId);
      const code = place === undefined ? "NOT_FOUND" : mayRead(principal, place.teamId);
      if (code !== undefined || place === undefined || isLeft) return code;
      live = createRunSubscription({
        ...{ runId: topic.runId, teamId: place.teamId, after, source, outlet, log },
        lastSeq: Math.max(place.lastSeq, seen),
        isEnded: place.isEnded && after >= place.lastSeq,
        onGiveUp: () => {
          leave(name);
          reply({ kind: "refetch", topic: name });
        },
      });
      return undefined;
    };
    const leaveRun = () => {
      isLeft = true;
      leaveHub();
      live?.close();
    };
    return { ready: start(), leave: leaveRun, check: () => live?.check() };
  };

  const joinTeam = (name: string, teamId: string) => {
    const code = mayRead(principal, teamId);
    const leaveHub = hub.join(name, (packed) => code === undefined && outlet.send(packed.text));
    if (code === undefined) reply({ kind: "subscribed", topic: name, seq: 0 });
    return { ready: Promise.resolve(code), leave: leaveHub, check: () => {} };
  };

  const receive = (frame: string | Buffer) => {
    if (!outlet.isOpen()) return;
    if (!isService && Buffer.byteLength(frame) > limits.frameBytesMax) return end(1009, "frame too large");
    if (!isService && !allowsFrame(performance.now())) return end(1008, "too many messages");
    const request = typeof frame === "string" ? parseRequest(frame) : undefined;
    if (request === undefined) return end(1007, "not a request");
    switch (request.kind) {
      case "subscribe":
        return void subscribe(request.topic, request.after ?? 0);
      case "unsubscribe":
        return leave(request.topic);
      case "publish":
        return isService ? hub.publish(request.messages) : end(1008, "only services publish");
    }
  };

  return {
    principal,
    openedAtMs: performance.now(),
    endMs,
    receive,
    drained: outlet.drained,
    check: () => {
      for (const joined of topics.values()) joined.check();
    },
    end,
    closed: () => {
      outlet.close();
      leaveAll();
    },
  };
}

/** Why a principal may not read the runs of a team; `undefined` when it may. Services may read all. */
function mayRead(principal: Principal, teamId: string): string | undefined {
  if (principal.kind === "service") return undefined;
  const allowed = teamPermissions(principal, teamId);
  if (allowed === undefined) return "NOT_FOUND";
  return allowed.has("run:read") ? undefined : "FORBIDDEN";
}

function refusalOf(error: unknown, log: Logger): string {
  log.warn("A topic could not be looked up.", { error });
  return error instanceof Failure && error.status < 500 ? error.code : "SERVICE_UNAVAILABLE";
}
