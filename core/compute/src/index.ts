export { type ComputeConfig, computeSettings, readComputeConfig } from "./config";
export { type ComputeParts, type StepSource, start } from "./main";
