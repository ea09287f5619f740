import { type ChannelModel, connect, type RecoveringChannelModel } from "amqplib";
import { Failure } from "../failure";
import type { Logger } from "../log";

export type RabbitConnection = {
  /** The connection as it is now; `undefined` while it is away. */
  readonly model: () => ChannelModel | undefined;
  readonly isBlocked: () => boolean;
  readonly close: () => Promise<void>;
};

export type RabbitConnectionOptions = {
  readonly url: string;
  readonly name: string;
  readonly log: Logger;
  /** Makes channels on a fresh connection; called at every return of the broker. If it fails, the connection is made anew. */
  readonly onOpen: (model: ChannelModel) => Promise<void>;
  readonly onLost: () => void;
  /** The first connection must come within this time. */
  readonly withinMs: number;
};

/** A connection that comes back by itself. Every emitter has an error handler: without one the process would end. */
export async function openRabbitConnection(options: RabbitConnectionOptions): Promise<RabbitConnection> {
  const { url, name, log, onOpen, onLost, withinMs } = options;
  let model: ChannelModel | undefined;
  let isBlocked = false;
  const connection = await connect(withHeartbeat(url), {
    timeout: 5_000,
    keepAlive: true,
    clientProperties: { connection_name: name },
    recovery: {
      initialDelay: 100,
      maxDelay: 3_000,
      jitter: 0.5,
      waitForConnect: false,
      setup: async (opened: ChannelModel) => {
        opened.on("error", (error) => log.warn("The connection to RabbitMQ failed.", { connection: name, error }));
        await onOpen(opened);
      },
    },
  });
  connection.on("error", () => {}); // said by the handler above
  connection.on("handler-error", (error) => log.error("A RabbitMQ handler threw.", { connection: name, error }));
  connection.on("connect", (opened) => {
    model = opened;
    isBlocked = false;
  });
  connection.on("disconnect", (error) => {
    log.warn("The connection to RabbitMQ was lost.", { connection: name, error });
    model = undefined;
    isBlocked = false;
    onLost();
  });
  connection.on("connect-failed", (error) => log.warn("RabbitMQ is not reachable yet.", { connection: name, error }));
  connection.on("blocked", (reason) => {
    isBlocked = true;
    log.warn("RabbitMQ takes no messages.", { connection: name, reason });
  });
  connection.on("unblocked", () => {
    isBlocked = false;
  });
  await firstConnect(connection, withinMs);
  return { model: () => model, isBlocked: () => isBlocked, close: () => connection.close() };
}

async function firstConnect(connection: RecoveringChannelModel, withinMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no connection within ${withinMs} ms`)), withinMs);
  });
  try {
    await Promise.race([connection.waitForConnect(), late]);
  } catch (cause) {
    await connection.close();
    throw new Failure("BROKER_UNREACHABLE", 503, "RabbitMQ is not reachable; check BROKER_URL.", { cause });
  } finally {
    clearTimeout(timer);
  }
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has("heartbeat")) parsed.searchParams.set("heartbeat", "5");
  return parsed.href;
}
