/** The demo page on a free loopback port: `bun component/demo/serve.ts`, then open the printed address. */
import { buildComponent } from "../build";
import { startFakePlatform } from "../src/test-server";

const platform = startFakePlatform(await buildComponent(), import.meta.dir);
platform.mode.stepMs = 900;
for (const workflow of ["order", "fail", "slow", "button"]) console.log(`${platform.url}/?workflow=${workflow}`);
