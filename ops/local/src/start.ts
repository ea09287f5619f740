/** `make start`: builds what is not built, starts the whole platform in this process, and stays until it is told to stop. */
import { hardenRuntime } from "@dap/platform/runtime";
import { ensureBuilt } from "./ensure-built";
import { startLocal } from "./local";
import { stopWith } from "./stop-line";
import { untilSignal } from "./until-signal";

try {
  await ensureBuilt();
  const running = await startLocal(process.env);
  hardenRuntime();
  console.log(`dap is ready: ${running.url}`);
  await untilSignal();
  console.log("dap is stopping; runs in flight are given back ...");
  await running.stop();
  process.exit(0);
} catch (error) {
  stopWith(error);
}
