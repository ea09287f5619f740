/** `make build`: the web component and the webapp, each only when a source of it changed since the last build. */
import { ensureBuilt } from "./build-if-changed";

await ensureBuilt({ force: process.argv.includes("--force") });
