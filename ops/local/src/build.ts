/** `make build`: the web component and the webapp. Each build script does nothing when its sources have not changed. */
import { ensureBuilt } from "./ensure-built";

await ensureBuilt();
