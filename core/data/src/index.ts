export { createApp, type DataDeps } from "./app";
export { type DataConfig, dataSettings, readDataConfig } from "./config";
export { type Relay, startRelay } from "./dispatch/relay";
export { type Sweeper, startSweeper } from "./dispatch/sweeper";
export { migrationFolder, start } from "./main";
export { exampleWorkflow } from "./setup/example";
