/**
 * What this element reads of the platform's API and realtime messages. The element ships to other people's pages, so it
 * names the few shapes it needs itself; `protocol.test.ts` holds them against the contract's types.
 */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** The part of JSON Schema that forms are made from; other keywords are ignored here and checked by the server. */
export type Schema = {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: { readonly [name: string]: Schema | boolean };
  readonly required?: readonly string[];
  readonly items?: Schema | boolean;
  readonly oneOf?: readonly (Schema | boolean)[];
  readonly anyOf?: readonly (Schema | boolean)[];
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: Schema | boolean };
  readonly readOnly?: boolean;
  readonly writeOnly?: boolean;
};

/** A step of the document, as far as a list of steps needs it; `lists` are found by walking. */
export type DocumentStep = {
  readonly id: string;
  readonly use: string;
  readonly note?: string;
  readonly disabled?: boolean;
};

export type WorkflowResource = {
  readonly name: string;
  readonly draft: {
    readonly description?: string;
    readonly trigger: { readonly kind: string; readonly input?: Schema | boolean };
    readonly steps: readonly DocumentStep[];
  };
};

export type RunStatus =
  | "queued"
  | "running"
  | "waiting"
  | "cancelling"
  | "succeeded"
  | "failed"
  | "cancelled"
  | "diverged";

export type StepStatus =
  | "waiting"
  | "running"
  | "retrying"
  | "succeeded"
  | "failed"
  | "unknown"
  | "skipped"
  | "cancelled";

export type RunError = {
  readonly code: string;
  readonly message: string;
  readonly retryable?: boolean;
  readonly stepKey?: string;
};

export type RunResource = {
  readonly id: string;
  readonly workflowName: string;
  readonly status: RunStatus;
  readonly output: Json | null;
  readonly error: RunError | null;
  readonly lastSeq: number;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly steps: readonly {
    readonly stepKey: string;
    readonly stepId: string;
    readonly status: StepStatus;
    readonly startedAtMs?: number;
    readonly endedAtMs?: number;
  }[];
};

/** An event of a run: kinds that are not known here are passed over. */
export type RunEvent = {
  readonly kind: string;
  readonly stepKey?: string;
  readonly outcome?: { readonly status: RunStatus; readonly stepKey?: string };
};

/** Realtime to client. */
export type LiveReply = {
  readonly kind: string;
  readonly topic?: string;
  readonly message?: { readonly kind: string; readonly seq?: number; readonly event?: RunEvent };
};

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const ended: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled", "diverged"]);
export const isEnded = (status: string): boolean => ended.has(status);
