import { expect, test } from "bun:test";
import {
  type RunEvent as ContractEvent,
  isTerminal,
  type RealtimeReply,
  type RunDetail,
  runStatuses,
  type Workflow,
} from "@dap/contract";
import { isEnded, type LiveReply, type RunEvent, type RunResource, type WorkflowResource } from "./protocol";

// The compiler does the work: what the platform sends must fit what the element reads.
const readsRun = (run: RunDetail): RunResource => run;
const readsEvent = (event: ContractEvent): RunEvent => event as Extract<ContractEvent, { kind: "ended" }>;
const readsReply = (reply: Extract<RealtimeReply, { kind: "subscribed" | "refused" | "refetch" }>): LiveReply => reply;
const readsSteps = (document: Workflow): WorkflowResource["draft"]["steps"] => document.steps;

test("a run has ended for the element exactly when it has for the platform", () => {
  for (const status of runStatuses) expect(isEnded(status)).toBe(isTerminal(status));
  expect([readsRun, readsEvent, readsReply, readsSteps].length).toBe(4);
});
