/** The built webapp over the fake platform: `bun web/build.ts && bun web/test/dev.ts`, then ada@example.com / correct horse battery. */
import { startFakePlatform } from "./fake-platform";
import { loadWeb } from "./load-web";

const web = await loadWeb();
const platform = startFakePlatform({ port: Number(process.env.PORT ?? 8099), web });
console.log(platform.url);
