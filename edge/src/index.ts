export { type EdgeConfig, readEdgeConfig } from "./config";
export { type EdgeParts, start } from "./main";
export { webProofHeader } from "./gateway/caller-address";
