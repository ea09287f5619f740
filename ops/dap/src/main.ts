/**
 * `dap --target=all|identity|team|data|compute|realtime|edge|web`: the composition root, the only program that imports
 * services. One target is one service with its settings from the environment; `all` is the whole platform in one process.
 */
import { readComputeConfig, start as startCompute } from "@dap/compute";
import { readDataConfig, start as startData } from "@dap/data";
import { readEdgeConfig, start as startEdge } from "@dap/edge";
import { readIdentityConfig, start as startIdentity } from "@dap/identity";
import { createRabbitBroker } from "@dap/platform/broker";
import type { Environment } from "@dap/platform/config";
import { createLogger } from "@dap/platform/log";
import { hardenRuntime } from "@dap/platform/runtime";
import { readRealtimeConfig, start as startRealtime } from "@dap/realtime";
import { readTeamConfig, start as startTeam } from "@dap/team";
import { stopWith } from "../../local/src/stop-line";
import { untilSignal } from "../../local/src/until-signal";
import type { Running } from "./all";
import { readWebConfig, startWeb } from "./web";
import { within } from "./within";

const targets: Readonly<Record<string, (env: Environment) => Promise<Running>>> = {
  all: async (env) => {
    const { startLocal } = await import("../../local/src/local");
    return startLocal(env);
  },
  identity: (env) => startIdentity(readIdentityConfig(env)),
  team: (env) => startTeam(readTeamConfig(env)),
  data: (env) => startData(readDataConfig(env)),
  compute: (env) => startCompute(readComputeConfig(env)),
  realtime: startRealtimeAlone,
  edge: (env) => startEdge(readEdgeConfig(env)),
  web: (env) => startWeb(readWebConfig(env)),
};

/** Replicas of realtime tell each other through RabbitMQ; without a BROKER_URL there is one of them. */
async function startRealtimeAlone(env: Environment): Promise<Running> {
  const config = readRealtimeConfig(env);
  if (!env.BROKER_URL) return startRealtime(config);
  const broker = await createRabbitBroker(env.BROKER_URL, { log: createLogger({ service: "realtime" }) });
  const { url, stop } = await startRealtime({ ...config, broker });
  return { url, stop: () => stop().then(() => broker.close()) };
}

/** Whoever stops us (an orchestrator, systemd) kills after a while: what is not done by then is somebody else's to take over. */
const stopMsMax = 14_000;

try {
  const target = process.argv.find((argument) => argument.startsWith("--target="))?.slice("--target=".length) ?? "all";
  const start = Object.hasOwn(targets, target) ? targets[target] : undefined;
  if (!start) throw new Error(`There is no target ${target}. Use --target=${Object.keys(targets).join("|")}`);
  const running = await start(process.env);
  hardenRuntime();
  console.log(`dap ${target} is ready: ${running.url}`);
  await untilSignal();
  await within(stopMsMax, running.stop());
  process.exit(0);
} catch (error) {
  stopWith(error);
}
