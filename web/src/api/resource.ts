import type {
  DocumentProblem,
  Json,
  Role,
  RunDetail,
  RunStatus,
  RunSummary,
  StepError,
  StoredEvent,
  Workflow,
} from "@dap/contract";

/** A page of a list; `nextCursor` is absent or null at the end. */
export type Page<T> = { readonly items: readonly T[]; readonly nextCursor?: string | null };

export type Account = { readonly id: string; readonly email: string; readonly name?: string };

export type LoginAnswer = {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly account?: Account;
};

export type Team = { readonly id: string; readonly slug: string; readonly name: string; readonly role?: Role };

export type Endpoint = { readonly id: string; readonly url: string };

/** A workflow as lists and pages show it. `draftVersion` is the number in the ETag of the draft. */
export type WorkflowResource = {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  readonly folder?: string | null;
  readonly tags?: readonly string[];
  readonly draft: Workflow;
  readonly draftVersion: number;
  readonly problems: readonly DocumentProblem[];
  readonly activeVersion: number | null;
  readonly paused: boolean;
  readonly endpoint: Endpoint | null;
  /** Of the active version; `nextAt` is null while it is paused. */
  readonly schedule?: { readonly nextAt: string | null } | null;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** A list leaves out the draft and says only how many problems it has. */
export type WorkflowListItem = Omit<WorkflowResource, "draft" | "problems"> & { readonly problemCount: number };

export type PublishAnswer = { readonly version: number; readonly endpoint: Endpoint | null };

export type VersionResource = {
  readonly version: number;
  readonly note?: string | null;
  readonly active: boolean;
  readonly createdAt: string;
};

/** What a run ended with, when the caller waited for it. */
export type RunAnswer = {
  readonly runId: string;
  readonly status?: RunStatus;
  readonly output?: Json;
  readonly error?: StepError | null;
};

export type RunListItem = RunSummary & { readonly workflowName?: string };

export type { RunDetail, StoredEvent };
