import { isJsonObject, type Json, type JsonObject } from "@dap/contract/json";
import type { IconName } from "@dap/web/ui/icon";

/** One line of the outline. `level`, `position` (from 1) and `siblings` are what a tree tells assistive technology. */
export type OutlineNode = {
  /** JSON Pointer of what it stands for. */
  readonly pointer: string;
  readonly kind: "trigger" | "step" | "branch" | "output";
  readonly title: string;
  readonly note: string;
  readonly icon: IconName;
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
};

type Draft = Omit<OutlineNode, "level" | "position" | "siblings"> & { readonly children: readonly Draft[] };

const icons: Readonly<Record<string, IconName>> = {
  if: "branch",
  switch: "branch",
  forEach: "loop",
  while: "loop",
  parallel: "parallel",
  graph: "flow",
  try: "shield",
  wait: "clock",
  respond: "send",
  return: "exit",
  fail: "warning",
};

/**
 * The document as a list of lines with levels. Takes any JSON: while somebody is typing, most documents are not quite
 * workflows, and what can be recognised is shown.
 */
export function outlineOf(document: Json): readonly OutlineNode[] {
  if (!isJsonObject(document)) return [];
  const { trigger, steps, output } = document;
  const roots: Draft[] = [
    ...(isJsonObject(trigger ?? null) ? [triggerDraft(trigger as JsonObject)] : []),
    ...stepDrafts(steps, "/steps"),
    ...(output === undefined
      ? []
      : [{ pointer: "/output", kind: "output", title: "Output", note: "", icon: "send", children: [] } as const]),
  ];
  return flatten(roots, 1);
}

const triggerDraft = (trigger: JsonObject): Draft => ({
  pointer: "/trigger",
  kind: "trigger",
  title: "Trigger",
  note: textOf(trigger.kind),
  icon: "bolt",
  children: [],
});

function stepDrafts(steps: Json | undefined, pointer: string): Draft[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: Json, index) => (isJsonObject(step) ? [stepDraft(step, `${pointer}/${index}`)] : []));
}

function stepDraft(step: JsonObject, pointer: string): Draft {
  const use = textOf(step.use);
  const isOff = step.disabled === true;
  return {
    pointer,
    kind: "step",
    title: textOf(step.id) || "(no id)",
    note: isOff ? `${use}, disabled` : use,
    icon: icons[use] ?? (use.startsWith("http.") ? "web" : "set"),
    children: childDrafts(step, use, pointer),
  };
}

function childDrafts(step: JsonObject, use: string, pointer: string): Draft[] {
  const branch = (title: string, steps: Json | undefined, path: string): Draft[] =>
    Array.isArray(steps)
      ? [
          {
            pointer: `${pointer}${path}`,
            kind: "branch",
            title,
            note: "",
            icon: "chevronRight",
            children: stepDrafts(steps, `${pointer}${path}`),
          },
        ]
      : [];
  const handler = isJsonObject(step.onError ?? null)
    ? branch("on error", (step.onError as JsonObject).steps, "/onError/steps")
    : [];
  switch (use) {
    case "if":
      return [...branch("then", step.then, "/then"), ...branch("else", step.else, "/else"), ...handler];
    case "switch":
      return [...caseDrafts(step.cases, branch), ...branch("default", step.default, "/default"), ...handler];
    case "parallel":
      return [...branchDrafts(step.branches, branch), ...handler];
    case "try":
      return [
        ...stepDrafts(step.steps, `${pointer}/steps`),
        ...branch("catch", step.catch, "/catch"),
        ...branch("finally", step.finally, "/finally"),
        ...handler,
      ];
    default:
      return [...stepDrafts(step.steps, `${pointer}/steps`), ...handler];
  }
}

type MakeBranch = (title: string, steps: Json | undefined, path: string) => Draft[];

function caseDrafts(cases: Json | undefined, branch: MakeBranch): Draft[] {
  if (!Array.isArray(cases)) return [];
  return cases.flatMap((item: Json, index) =>
    isJsonObject(item)
      ? branch(`is ${shorten(JSON.stringify(item.is ?? null))}`, item.steps, `/cases/${index}/steps`)
      : [],
  );
}

function branchDrafts(branches: Json | undefined, branch: MakeBranch): Draft[] {
  if (!isJsonObject(branches ?? null)) return [];
  return Object.entries(branches as JsonObject).flatMap(([name, steps]) =>
    branch(name, steps, `/branches/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`),
  );
}

const shorten = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text);
const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

function flatten(drafts: readonly Draft[], level: number): OutlineNode[] {
  return drafts.flatMap(({ children, ...draft }, index) => [
    { ...draft, level, position: index + 1, siblings: drafts.length },
    ...flatten(children, level + 1),
  ]);
}

/** The innermost line that a pointer belongs to: `/steps/0/with/url` belongs to `/steps/0`. */
export function nodeAt(nodes: readonly OutlineNode[], pointer: string): OutlineNode | undefined {
  return nodes
    .filter((node) => pointer === node.pointer || pointer.startsWith(`${node.pointer}/`))
    .reduce<OutlineNode | undefined>(
      (best, node) => (best && best.pointer.length > node.pointer.length ? best : node),
      undefined,
    );
}
