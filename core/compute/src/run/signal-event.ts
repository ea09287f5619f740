import type { InputEvent } from "@dap/contract";
import type { StoredSignal } from "@dap/run";

/** What the owner makes of an outsider's word. Its time is when it was said, by the database's clock. */
export function toEvent({ signal, atMs }: StoredSignal): InputEvent {
  switch (signal.kind) {
    case "timerFired": {
      const { stepKey, purpose, attempt } = signal;
      return { kind: "timerFired", stepKey, purpose, attempt, atMs };
    }
    case "eventReceived":
      return { kind: "eventReceived", stepKey: signal.stepKey, body: signal.body, atMs };
    case "approvalDecided": {
      const { stepKey, by, byId, decision, note } = signal;
      return { kind: "approvalDecided", stepKey, by, byId, decision, note, atMs };
    }
    case "cancelRequested":
      return { kind: "cancelRequested", force: signal.force, by: signal.by, atMs };
    case "deadlinePassed":
      return { kind: "deadlinePassed", atMs };
  }
}
