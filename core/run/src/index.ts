export { type Batcher, type BatcherOptions, createBatcher } from "./batcher";
export { RunDataError } from "./column";
export { createRunStore, type RunStoreOptions } from "./create-run-store";
export { dispatchChannel, dispatchQueue } from "./dispatch";
export { type FailureKind, failureKind } from "./failure";
export { checkInvariants, type InvariantOptions, type Violation } from "./invariant";
export { createRunMaintenance } from "./maintenance";
export { type Call, type PerformDeps, performCall } from "./perform";
export * from "./store";
