/** `make start`: builds what is not built, starts the whole platform in this process, and stays until it is told to stop. */
import { hardenRuntime } from "@dap/platform/runtime";
import { ensureBuilt } from "./ensure-built";
import { stopWith } from "./stop-line";
import { untilSignal } from "./until-signal";

try {
  const built = ensureBuilt();
  // Its failure is met where the webapp is loaded; until then nobody may be waiting for it.
  built.catch(() => undefined);
  // Loaded while the build's check runs in another process.
  const { startLocal } = await import("./local");
  const running = await startLocal(process.env, { built });
  hardenRuntime();
  console.log(`dap is ready: ${running.url}`);
  const failure = await Promise.race([untilSignal(), running.failed]);
  if (failure) stopWith(failure);
  console.log("dap is stopping; runs in flight are given back ...");
  await running.stop();
  process.exit(0);
} catch (error) {
  stopWith(error);
}
