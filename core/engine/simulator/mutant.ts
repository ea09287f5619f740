import { advance as realAdvance } from "../src/advance";
import type { Live } from "../src/state";
import type { SimulationOptions } from "./simulate";

/** Faults planted on purpose: one rule of the engine, of its shell or of its store is left out in each. */
export const mutants: Readonly<Record<string, SimulationOptions>> = {
  "a store without the epoch fence": { storeMutant: "noFence" },
  "a doubled message that is claimed again with the same epoch": { storeMutant: "sharedClaims" },
  "a release that forgets a signal": { storeMutant: "signalLost" },
  "a repeated trigger that is accepted twice": { storeMutant: "acceptTwice" },
  "a store in which a wait's timer and its caller both win": { storeMutant: "twoAnswers" },
  "an engine that throws away what comes before its wait": { advance: deafToEarlyWords() },
  "an effect that is made before its commit has returned": { shellMutant: "effectBeforeCommit" },
  "a call that must not be repeated and is not noted before": { shellMutant: "startedAfterCall" },
  "records that are written before the event that caused them": { shellMutant: "recordsFirst" },
  "a failure that counts as two attempts": { advance: countingTwice() },
  "a retry timer that resumes a second time": { advance: resumingTwice() },
};

function countingTwice(): typeof realAdvance {
  return (plan, state, event) => {
    const next = realAdvance(plan, state, event);
    if (event.kind !== "stepFailed") return next;
    const twice = (live: Live): Live =>
      live.kind === "call" && live.stepKey === event.stepKey && live.phase === "retrying"
        ? { ...live, failures: live.failures + 1 }
        : live;
    return { ...next, state: { ...next.state, live: next.state.live && mapLive(next.state.live, twice) } };
  };
}

function deafToEarlyWords(): typeof realAdvance {
  return (plan, state, event) => {
    const next = realAdvance(plan, state, event);
    const isKept = event.kind === "eventReceived" && state !== undefined && next.state.live === state.live;
    return isKept ? { state, effects: [], records: [] } : next;
  };
}

function resumingTwice(): typeof realAdvance {
  return (plan, state, event) => {
    if (event.kind !== "timerFired" || event.purpose !== "retry" || !state?.live)
      return realAdvance(plan, state, event);
    const again = (live: Live): Live =>
      live.kind === "call" && live.stepKey === event.stepKey && live.attempt === event.attempt
        ? { ...live, phase: "retrying" }
        : live;
    return realAdvance(plan, { ...state, live: mapLive(state.live, again) }, event);
  };
}

/** The same tree with every leaf changed. */
function mapLive(live: Live, change: (live: Live) => Live): Live {
  switch (live.kind) {
    case "call":
    case "wait":
    case "event":
    case "approval":
      return change(live);
    case "each":
      return { ...live, rounds: live.rounds.map((round) => ({ ...round, child: mapLive(round.child, change) })) };
    case "while":
      return { ...live, round: { ...live.round, child: mapLive(live.round.child, change) } };
    case "group":
      return { ...live, children: live.children.map((one) => ({ ...one, child: mapLive(one.child, change) })) };
    default:
      return { ...live, child: mapLive(live.child, change) };
  }
}
