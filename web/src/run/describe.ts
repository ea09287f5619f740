import type { RunEvent } from "@dap/contract";
import { duration } from "../ui/time";

const timerWords = {
  retry: "time to try again",
  wait: "the wait is over",
  timeout: "took too long",
  expiry: "nobody answered in time",
  approval: "nobody decided in time",
};

/** One line about an event, for people. */
export function describeEvent(event: RunEvent): string {
  switch (event.kind) {
    case "accepted":
      return `Accepted from ${event.triggerKind}`;
    case "stepStarted":
      return `${event.stepKey} started, attempt ${event.attempt}`;
    case "stepSucceeded":
      return `${event.stepKey} succeeded in ${duration(event.atMs - event.startedAtMs)}`;
    case "stepFailed":
      return `${event.stepKey} failed, attempt ${event.attempt}: ${event.error.message}`;
    case "stepUnknown":
      return `${event.stepKey}: nobody can tell whether it happened`;
    case "timerFired":
      return `${event.stepKey}: ${timerWords[event.purpose]}`;
    case "eventReceived":
      return `${event.stepKey} was answered from outside`;
    case "approvalDecided":
      return `${event.stepKey}: ${event.by} ${event.decision === "approve" ? "approved" : "rejected"}`;
    case "cancelRequested":
      return event.force ? "Cancelling was forced" : "Cancelling was asked for";
    case "deadlinePassed":
      return "The run's deadline passed";
    case "decided":
      return `${event.stepKey} went to ${event.choice}`;
    case "responded":
      return `${event.stepKey} answered with status ${event.response.status}`;
    case "ended":
      return `Ended: ${event.outcome.status}`;
    default:
      return "Something newer than this page happened";
  }
}

/** When an event happened, where it says so. */
export const timeOf = (event: RunEvent): number | undefined => ("atMs" in event ? event.atMs : undefined);
