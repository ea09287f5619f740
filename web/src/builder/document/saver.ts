import type { DocumentProblem, Json } from "@dap/contract";
import type { ApiResult } from "@dap/web/api/client";
import type { WorkflowResource } from "@dap/web/api/resource";

export type SaveState =
  | { readonly kind: "saved" }
  /** Changed since the last save, which will follow by itself. */
  | { readonly kind: "dirty" }
  | { readonly kind: "saving" }
  /** Somebody else saved in between. Nothing is saved until the person has chosen. */
  | { readonly kind: "conflict" }
  | { readonly kind: "refused"; readonly detail: string; readonly problems: readonly DocumentProblem[] };

export type SaverDeps = {
  readonly save: (document: Json, etag: string) => Promise<ApiResult<WorkflowResource>>;
  readonly later: (act: () => void, delayMs: number) => void;
  readonly onState: (state: SaveState, saved?: WorkflowResource) => void;
};

export type Saver = {
  /** The document as it is now; saved when nothing has changed for a moment. */
  readonly change: (document: Json) => void;
  /** Saves at once, and resolves when the newest document is saved (true) or cannot be (false). */
  readonly flush: () => Promise<boolean>;
  /** Saves over the other person's draft, or goes on from it, by its ETag. */
  readonly continueFrom: (etag: string) => void;
};

export const saveAfterMs = 900;

/** Saves one document after another, never two at a time, each on top of the one before. */
export function createSaver(firstEtag: string, { save, later, onState }: SaverDeps): Saver {
  let etag = firstEtag;
  let waiting: { readonly document: Json } | undefined;
  let flight: Promise<boolean> | undefined;
  let turn = 0;
  let isBlocked = false;

  const saveNow = async (): Promise<boolean> => {
    if (flight) {
      await flight;
      return saveNow();
    }
    if (!waiting || isBlocked) return !isBlocked && !waiting;
    flight = attempt(waiting.document);
    return flight;
  };

  const attempt = async (document: Json): Promise<boolean> => {
    const mine = waiting;
    onState({ kind: "saving" });
    const answer = await save(document, etag);
    flight = undefined;
    if (answer.kind === "refused") {
      const { problem } = answer;
      isBlocked = answer.status === 412;
      onState(
        isBlocked
          ? { kind: "conflict" }
          : { kind: "refused", detail: problem.detail, problems: problem.problems ?? [] },
      );
      return false;
    }
    etag = answer.etag ?? `"${answer.value.draftVersion}"`;
    if (waiting === mine) waiting = undefined;
    onState(waiting ? { kind: "dirty" } : { kind: "saved" }, answer.value);
    return waiting ? saveNow() : true;
  };

  return {
    change: (document) => {
      waiting = { document };
      if (isBlocked) return;
      onState({ kind: "dirty" });
      turn += 1;
      const mine = turn;
      later(() => {
        if (mine === turn) void saveNow();
      }, saveAfterMs);
    },
    flush: saveNow,
    continueFrom: (next) => {
      etag = next;
      isBlocked = false;
    },
  };
}
