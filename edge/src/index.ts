export { type EdgeConfig, readEdgeConfig } from "./config";
export { createDocsApp } from "./docs/app";
export { webProofHeader } from "./gateway/caller-address";
export { type EdgeParts, start } from "./main";
