import { isUuid } from "@dap/platform/id";

export type Topic =
  | { readonly kind: "run"; readonly runId: string }
  | { readonly kind: "teamRuns"; readonly teamId: string };

/** What a topic's name stands for (`run/<id>`, `team/<id>/runs`); `undefined` for any other text. */
export function parseTopic(name: string): Topic | undefined {
  const parts = name.split("/");
  const [first, id] = parts;
  if (id === undefined || !isUuid(id) || id !== id.toLowerCase()) return undefined;
  if (first === "run" && parts.length === 2) return { kind: "run", runId: id };
  if (first === "team" && parts.length === 3 && parts[2] === "runs") return { kind: "teamRuns", teamId: id };
  return undefined;
}
