import type { Json, JsonObject } from "../json";
import type { JsonSchema } from "../json-schema";

/** A workflow as people write, diff and publish it. Strings may hold `{{ expressions }}`; layout is computed, never stored. */
export type Workflow = {
  readonly dap: 1;
  readonly name: string;
  readonly description?: string;
  readonly trigger: Trigger;
  readonly steps: readonly Step[];
  /** Any JSON with expressions; the run's output. */
  readonly output?: Json;
  readonly concurrency?: { readonly limit: number; readonly key?: string };
  readonly idempotencyKey?: string;
  readonly rateLimit?: { readonly limit: number; readonly periodMs: number; readonly key?: string };
  readonly debounce?: { readonly delayMs: number; readonly key?: string };
  readonly deadlineMs?: number;
  readonly retentionDays?: number;
};

export type Trigger = WebhookTrigger | ManualTrigger | ScheduleTrigger;

export type WebhookTrigger = {
  readonly kind: "webhook";
  /** `accepted` (default) answers 202 at once, `result` the output. */
  readonly reply?: "accepted" | "result";
  readonly methods?: readonly HttpMethod[];
  /** Schema of `trigger.body`; for GET and HEAD of `trigger.query`. */
  readonly input?: JsonSchema;
  readonly bodyBytesMax?: number;
  readonly record?: "all" | "failures" | "none";
  readonly cors?: { readonly origins: readonly string[] };
};

export type ManualTrigger = { readonly kind: "manual"; readonly input?: JsonSchema };

/** Starts by the clock: `cron` or `everyMs`, one of them. In scope: `trigger.scheduledAt`, the nominal tick, and `trigger.body`. */
export type ScheduleTrigger = {
  readonly kind: "schedule";
  /** Five fields, or six with seconds first, or `@daily` and the like; read in `zone`. */
  readonly cron?: string;
  /** Ticks at the multiples of this span since 1970: restarts and new versions do not shift them. */
  readonly everyMs?: number;
  /** IANA name; `UTC` by default. */
  readonly zone?: string;
  /** What becomes of ticks that passed while nobody could fire them: none (default), the last one, the last so many. */
  readonly catchUp?: CatchUp;
  /** Every tick of this schedule comes later by the same span below this one, which differs between schedules. */
  readonly jitterMs?: number;
  /** A constant: what `trigger.body` is, `null` by default. */
  readonly input?: Json;
};

export type CatchUp = "skip" | "once" | { readonly upTo: number };

/** The two ways to say when, of which a schedule names one. */
export const scheduleWays = ["cron", "everyMs"] as const;

export type HttpMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What every step may have. `when` on plain steps is a guard: false skips the step. */
export type StepCommon = {
  readonly id: string;
  readonly when?: string;
  readonly retry?: RetryOptions;
  readonly timeoutMs?: number;
  readonly onError?: "fail" | "continue" | { readonly steps: readonly Step[] };
  readonly note?: string;
  readonly disabled?: boolean;
  /** A fixed output for tests. */
  readonly pin?: Json;
  /** Inside a `graph`: ids that must have ended first. */
  readonly after?: readonly string[];
};

/** Defaults: 3 attempts, 1 s to 60 s, factor 2. */
export type RetryOptions = {
  readonly attemptsMax?: number;
  readonly delayMsMin?: number;
  readonly delayMsMax?: number;
  readonly factor?: number;
};

/** `use` is `<connector>.<action>`. */
export type PlainStep = StepCommon & {
  readonly use: string;
  readonly with?: JsonObject;
  readonly connection?: string;
  /** The author's word about an `unkeyed` effect: what to do when its outcome is unknown, or that the receiver honours the key. */
  readonly effect?: "retry" | "atMostOnce" | "keyed";
};

export type IfStep = StepCommon & {
  readonly use: "if";
  readonly when: string;
  readonly then: readonly Step[];
  readonly else?: readonly Step[];
};

export type SwitchStep = StepCommon & {
  readonly use: "switch";
  readonly value: string;
  readonly cases: readonly { readonly is: Json; readonly steps: readonly Step[] }[];
  readonly default?: readonly Step[];
};

/** Output: the list of `collect` values in item order; without `collect` the output of the last step of each round. */
export type ForEachStep = StepCommon & {
  readonly use: "forEach";
  readonly items: string;
  readonly as: string;
  readonly concurrency?: number;
  readonly batch?: number;
  readonly collect?: Json;
  readonly steps: readonly Step[];
};

/** Runs `steps` while `condition` holds, `roundsMax` times at most (failing with `ROUNDS_EXCEEDED` past it). Output: `{ rounds, last }`. */
export type WhileStep = StepCommon & {
  readonly use: "while";
  readonly condition: string;
  readonly as?: string;
  readonly roundsMax: number;
  readonly steps: readonly Step[];
};

/** Output: an object from branch name to the output of the branch's last step, for the branches that ended. */
export type ParallelStep = StepCommon & {
  readonly use: "parallel";
  readonly branches: { readonly [name: string]: readonly Step[] };
  readonly join?: "all" | "any" | number;
};

/** Steps that start when those named in `after` have ended. Output: an object from step id to output. */
export type GraphStep = StepCommon & { readonly use: "graph"; readonly steps: readonly Step[] };

/** In `catch`, `error` is `{ code, message, stepKey }`. Output: of the last step of `steps`, or of `catch`. */
export type TryStep = StepCommon & {
  readonly use: "try";
  readonly steps: readonly Step[];
  readonly catch?: readonly Step[];
  readonly finally?: readonly Step[];
};

/** Waits, in exactly one of the ways. Output of a duration and an instant: `null`. */
export type WaitStep = StepCommon & {
  readonly use: "wait";
  /** Milliseconds, or an expression that gives them. */
  readonly durationMs?: number | string;
  /** Unix milliseconds or an ISO 8601 instant with its zone, as such or as an expression. What is past is over at once. */
  readonly until?: number | string;
  /** Waits for one call of `{{ run.resumeUrl.<id of this step> }}`; its body is the output. Fails with `TIMEOUT` when none comes. */
  readonly event?: {
    /** What is waited for, for people. */
    readonly name?: string;
    /** A year when absent. */
    readonly timeoutMs?: number | string;
    /** Of the body; a call with another one is refused, and the wait goes on. */
    readonly schema?: JsonSchema;
  };
  /** Asks people. Output: `{ approved, decisions: [{ by, decision, note, at }], reason? }`; one rejection decides. */
  readonly approval?: {
    readonly title: string;
    /** Roles of the team and addresses of accounts who may answer; absent: whoever may answer approvals. */
    readonly approvers?: readonly string[];
    /** A year when absent. When it passes, the output has `approved: false` and the reason `deadline`. */
    readonly deadlineMs?: number | string;
    /** How many have to approve; 1 when absent. */
    readonly needed?: number;
  };
};

/** The ways to wait, of which a `wait` names one. */
export const waitWays = ["durationMs", "until", "event", "approval"] as const;

/** Answers the waiting caller and goes on. */
export type RespondStep = StepCommon & {
  readonly use: "respond";
  readonly with: { readonly status?: Json; readonly headers?: JsonObject; readonly body?: Json };
};

/** Ends the run as succeeded, with this output. */
export type ReturnStep = StepCommon & { readonly use: "return"; readonly output?: Json };

/** Ends the enclosing `try`, or the run, as failed. */
export type FailStep = StepCommon & {
  readonly use: "fail";
  readonly with: { readonly code?: string; readonly message: string };
};

export type ControlStep =
  | IfStep
  | SwitchStep
  | ForEachStep
  | WhileStep
  | ParallelStep
  | GraphStep
  | TryStep
  | WaitStep
  | RespondStep
  | ReturnStep
  | FailStep;

export type Step = PlainStep | ControlStep;

export const controlUses = [
  "if",
  "switch",
  "forEach",
  "while",
  "parallel",
  "graph",
  "try",
  "wait",
  "respond",
  "return",
  "fail",
] as const;

export const isControlStep = (step: Step): step is ControlStep => (controlUses as readonly string[]).includes(step.use);

/** The lists of steps inside a step, each with the JSON Pointer from the step to the list. In document order. */
export function childLists(step: Step): readonly { readonly path: string; readonly steps: readonly Step[] }[] {
  const own = ownLists(step);
  const handler = typeof step.onError === "object" ? [{ path: "/onError/steps", steps: step.onError.steps }] : [];
  return [...own, ...handler];
}

function ownLists(step: Step): { path: string; steps: readonly Step[] }[] {
  if (!isControlStep(step)) return [];
  switch (step.use) {
    case "if":
      return [{ path: "/then", steps: step.then }, ...(step.else ? [{ path: "/else", steps: step.else }] : [])];
    case "switch":
      return [
        ...step.cases.map(({ steps }, index) => ({ path: `/cases/${index}/steps`, steps })),
        ...(step.default ? [{ path: "/default", steps: step.default }] : []),
      ];
    case "forEach":
    case "while":
    case "graph":
      return [{ path: "/steps", steps: step.steps }];
    case "parallel":
      return Object.entries(step.branches).map(([name, steps]) => ({
        path: `/branches/${escapePointer(name)}`,
        steps,
      }));
    case "try":
      return [
        { path: "/steps", steps: step.steps },
        ...(step.catch ? [{ path: "/catch", steps: step.catch }] : []),
        ...(step.finally ? [{ path: "/finally", steps: step.finally }] : []),
      ];
    case "wait":
    case "respond":
    case "return":
    case "fail":
      return [];
  }
}

/** One reference token of a JSON Pointer (RFC 6901, section 3). */
export const escapePointer = (token: string): string => token.replaceAll("~", "~0").replaceAll("/", "~1");
