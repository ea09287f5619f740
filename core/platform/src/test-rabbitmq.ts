import { describe, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { sleep } from "./clock";
import { type Supervised, supervise } from "./embedded-postgres/supervise";
import { findFreePort } from "./free-port";
import { oncePerTestRun, testRootPid, testRunFolder } from "./test-tree";

export type TestRabbit = { readonly url: string };

/** A node of one's own, for tests that hurt it. */
export type OwnRabbit = TestRabbit & {
  /** kill -9. What was confirmed is on disk. */
  readonly kill: () => Promise<void>;
  /** After `kill`: starts it again on the same ports and folders. */
  readonly restart: () => Promise<void>;
  /** Runs `rabbitmqctl` against it and gives what it printed; takes some seconds. */
  readonly ctl: (...args: string[]) => Promise<string>;
  /** Ends it; without this it ends with the test run. */
  readonly stop: () => Promise<void>;
};

const home = "/usr/lib/rabbitmq/bin";

/** Whether Debian's RabbitMQ is installed. */
export const hasRabbit = (): boolean => existsSync(join(home, "rabbitmq-server"));

/**
 * Groups tests that need RabbitMQ: `rabbit()` gives a node shared by the whole test run (8 to 20 s for whoever is first).
 * Without RabbitMQ they are skipped with one clear line; with `DAP_REQUIRE=all` that is a failure.
 */
export function describeWithRabbit(name: string, define: (rabbit: () => Promise<TestRabbit>) => void): void {
  if (hasRabbit()) {
    describe(name, () => define(startTestRabbit));
    return;
  }
  const reason = `not run: RabbitMQ is not installed (apt-get install rabbitmq-server): ${name}`;
  console.log(reason);
  if (process.env.DAP_REQUIRE !== "all") {
    describe.skip(name, () => define(startTestRabbit));
    return;
  }
  test(name, () => {
    throw new Error(reason);
  });
}

/** One node for the whole `bun test` run, on private ports and folders; it ends with the run. `BROKER_URL_TEST` replaces it. */
export function startTestRabbit(): Promise<TestRabbit> {
  const given = process.env.BROKER_URL_TEST;
  if (given !== undefined) return Promise.resolve({ url: given });
  return oncePerTestRun("rabbitmq", async () => ({ url: (await startOwnRabbit()).url }));
}

/** A node of one's own. It has its own port mapper too, so that nothing of another node on this machine is touched. */
export async function startOwnRabbit(): Promise<OwnRabbit> {
  const folder = mkdtempSync(join(testRunFolder(), "rabbitmq-"));
  const [port, distPort, mapperPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
  const env = environmentOf(folder, port, distPort, mapperPort);
  const watchPid = testRootPid();
  const mapper = supervise({
    command: ["epmd", "-port", String(mapperPort), "-address", "127.0.0.1"],
    cwd: folder,
    env,
    logFile: join(folder, "epmd.log"),
    watchPid,
    scratchDir: folder,
    // A background process of a shell ignores SIGINT unless it says otherwise.
    endSignal: "TERM",
  });
  const start = () => startNode(folder, env, port, watchPid);
  let node = await start();
  const kill = async () => {
    process.kill(Number(readFileSync(join(folder, "node.pid"), "utf8")), "SIGKILL");
    await node.ended;
  };
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    kill,
    restart: async () => {
      node = await start();
    },
    ctl: (...args) => runCtl(env, args),
    stop: async () => {
      await kill();
      await mapper.stop();
    },
  };
}

function environmentOf(folder: string, port: number, distPort: number, mapperPort: number): Record<string, string> {
  writeFileSync(join(folder, "plugins"), "[].\n");
  writeFileSync(
    join(folder, "rabbit.conf"),
    "log.console = false\nlog.file.level = warning\ndisk_free_limit.absolute = 50MB\n",
  );
  return {
    PATH: `${process.env.PATH ?? ""}:/usr/sbin:/usr/bin:/bin`,
    // The cookie lies in the home folder.
    HOME: folder,
    LANG: "C.UTF-8",
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_NODENAME: `dap${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_MNESIA_BASE: join(folder, "mnesia"),
    RABBITMQ_LOG_BASE: join(folder, "log"),
    RABBITMQ_CONFIG_FILE: join(folder, "rabbit.conf"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "plugins"),
    RABBITMQ_PID_FILE: join(folder, "node.pid"),
    // No busy waiting of schedulers: the machine is shared.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+sbwt none +sbwtdcpu none +sbwtdio none",
    // Makes the start script become the node, so that a kill reaches it.
    RUNNING_UNDER_SYSTEMD: "1",
  };
}

const startWithinMs = 120_000;

async function startNode(
  folder: string,
  env: Record<string, string>,
  port: number,
  watchPid: number,
): Promise<Supervised> {
  const logFile = join(folder, "node.log");
  const node = supervise({
    command: [join(home, "rabbitmq-server")],
    cwd: folder,
    env,
    logFile,
    watchPid,
    endSignal: "KILL",
  });
  let hasEnded = false;
  node.ended.then(() => {
    hasEnded = true;
  });
  for (const endMs = Date.now() + startWithinMs; Date.now() < endMs && !hasEnded; await sleep(100)) {
    if (await isListening(port)) return node;
  }
  throw new Error(`RabbitMQ did not start:\n${readFileSync(logFile, "utf8").slice(-2_000)}`);
}

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectSocket(port, "127.0.0.1");
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });

async function runCtl(env: Record<string, string>, args: readonly string[]): Promise<string> {
  const ctl = Bun.spawn([join(home, "rabbitmqctl"), ...args], { env, stdout: "pipe", stderr: "pipe" });
  const [output, problem, code] = await Promise.all([
    new Response(ctl.stdout).text(),
    new Response(ctl.stderr).text(),
    ctl.exited,
  ]);
  if (code !== 0) throw new Error(`rabbitmqctl ${args.join(" ")}: ${problem || output}`);
  return output;
}
