import {
  $,
  component$,
  type NoSerialize,
  noSerialize,
  sync$,
  useComputed$,
  useSignal,
  useStore,
  useVisibleTask$,
} from "@builder.io/qwik";
import type { DocumentProblem, Json } from "@dap/contract";
import type { WorkflowResource } from "@dap/web/api/resource";
import { checkDocument, draftEtag, getWorkflow, saveDraft, type WorkflowPlace } from "@dap/web/api/workflow";
import { browserApi } from "@dap/web/live/page-link";
import { Icon } from "@dap/web/ui/icon";
import { WorkflowBar } from "@dap/web/ui/workflow-bar";
import { nodeAt, outlineOf } from "../document/outline";
import { inputSchemaOf, sampleOf } from "../document/sample";
import { createSaver, type Saver } from "../document/saver";
import { formatJson } from "../json/format";
import { findPlace, parseWithPlaces } from "../json/place";
import { ConflictBanner } from "./conflict-banner";
import { OutlineTree } from "./outline-tree";
import { countErrors, placeProblems } from "./problem";
import { ProblemList } from "./problem-list";
import { PublishDialog } from "./publish-dialog";
import { type EditorSaveState, SaveBadge } from "./save-badge";
import { attachSurface, type Surface } from "./surface";
import { TestPanel } from "./test-panel";

type EditorProps = {
  readonly workflow: WorkflowResource;
  readonly base: string;
  readonly can: Readonly<Record<"edit" | "publish" | "run", boolean>>;
  /** Where the form goes without scripts. */
  readonly saveAction: string;
};

type Pane = "outline" | "document" | "problems" | "test";
const panes: readonly (readonly [Pane, string])[] = [
  ["outline", "Outline"],
  ["document", "Document"],
  ["problems", "Problems"],
  ["test", "Test"],
];

const checkAfterMs = 450;

/** The browser's own meaning of the shortcuts is stopped at once; what they do here follows when its code has arrived. */
const holdShortcut = sync$((event: KeyboardEvent) => {
  const isCommand = event.ctrlKey || event.metaKey;
  const isFormat = event.altKey && event.shiftKey && event.code === "KeyF";
  if ((isCommand && (event.key === "s" || event.key === "Enter")) || isFormat) event.preventDefault();
});

/** The document editor: text in the middle, its outline beside it, problems and tests on the other side. */
export const Editor = component$<EditorProps>((props) => {
  const place: WorkflowPlace = { teamId: props.workflow.teamId, workflowId: props.workflow.id };
  const root = useSignal<HTMLElement>();
  const dialog = useSignal<HTMLDialogElement>();
  const tools = useSignal<NoSerialize<{ surface: Surface; saver: Saver }>>();
  const text = useSignal(formatJson(props.workflow.draft as unknown as Json)); // a document is JSON
  const caret = useSignal(0);
  const found = useSignal<readonly DocumentProblem[]>(props.workflow.problems);
  const saved = useSignal<EditorSaveState>(props.can.edit ? "saved" : "readOnly");
  const pane = useSignal<Pane>("document");
  const side = useSignal<"problems" | "test">("problems");
  const status = useStore({ activeVersion: props.workflow.activeVersion, paused: props.workflow.paused });

  const parsed = useComputed$(() => parseWithPlaces(text.value));
  const problems = useComputed$(() => placeProblems(text.value, parsed.value, found.value));
  const outline = useComputed$(() => (parsed.value.kind === "parsed" ? outlineOf(parsed.value.value) : []));
  const sample = useComputed$(() =>
    parsed.value.kind === "parsed" ? sampleOf(inputSchemaOf(parsed.value.value)) : {},
  );
  const name = useComputed$(
    () => nameOf(parsed.value.kind === "parsed" ? parsed.value.value : null) ?? props.workflow.name,
  );
  const active = useComputed$(() => {
    if (parsed.value.kind === "refused") return "";
    const at = caret.value;
    const inside = outline.value.filter(({ pointer }) => {
      const spot = parsed.value.kind === "parsed" ? parsed.value.places.get(pointer) : undefined;
      return spot !== undefined && spot.nameStart <= at && at <= spot.end;
    });
    return inside.at(-1)?.pointer ?? "";
  });
  const troubles = useComputed$(() => {
    const counts: Record<string, number> = {};
    for (const { path, severity } of problems.value) {
      const node = severity === "error" ? nodeAt(outline.value, path) : undefined;
      if (node) counts[node.pointer] = (counts[node.pointer] ?? 0) + 1;
    }
    return counts;
  });

  useVisibleTask$(({ cleanup }) => {
    if (!root.value) return;
    let turn = 0;
    const later = (act: () => void, delayMs: number) => void setTimeout(act, delayMs);
    const saver = createSaver(draftEtag(props.workflow), {
      save: (document, etag) => saveDraft(browserApi, place, document, etag),
      later,
      onState: (state, answer) => {
        saved.value = state.kind;
        if (state.kind === "refused") found.value = state.problems;
        if (answer?.problems && state.kind === "saved") found.value = answer.problems;
      },
    });
    const check = async (document: Json, mine: number) => {
      const answer = mine === turn ? await checkDocument(browserApi, place, document) : undefined;
      if (answer && mine === turn)
        found.value = answer.kind === "ok" ? answer.value.problems : (answer.problem.problems ?? found.value);
    };
    const surface = attachSurface({
      root: root.value,
      onCaret: (offset) => {
        caret.value = offset;
      },
      onText: (next) => {
        text.value = next;
        turn += 1;
        const mine = turn;
        const read = parseWithPlaces(next);
        if (read.kind === "refused") {
          saved.value = "invalid";
          return;
        }
        later(() => void check(read.value, mine), checkAfterMs);
        saver.change(read.value);
      },
    });
    tools.value = noSerialize({ surface, saver });
    const warn = (event: BeforeUnloadEvent) => {
      if (saved.value !== "saved" && saved.value !== "readOnly") event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    cleanup(() => {
      surface.detach();
      window.removeEventListener("beforeunload", warn);
    });
  });

  useVisibleTask$(({ track }) => {
    const marks = track(problems);
    track(tools)?.surface.setMarks(marks);
  });

  const save = $(async () => {
    if (parsed.value.kind === "refused") return false;
    return (await tools.value?.saver.flush()) ?? false;
  });
  const open = $((pointer: string, takeFocus: boolean) => {
    if (parsed.value.kind === "refused") return;
    const spot = findPlace(parsed.value.places, pointer);
    if (!spot) return;
    caret.value = spot.start;
    if (takeFocus) pane.value = "document";
    tools.value?.surface.reveal(spot.start, takeFocus ? spot.start : spot.end, takeFocus);
  });
  const format = $(() => {
    if (parsed.value.kind === "parsed") tools.value?.surface.replace(formatJson(parsed.value.value));
  });
  const showSide = $((next: "problems" | "test") => {
    side.value = next;
    pane.value = next;
  });
  const showPane = $((next: Pane) => {
    if (next === "problems" || next === "test") side.value = next;
    pane.value = next;
  });
  const onKey = $((event: KeyboardEvent) => {
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === "s") return save();
    if (isCommand && event.key === "Enter") return showSide("test");
    if (event.altKey && event.shiftKey && event.code === "KeyF") return format();
  });
  const resolve = $(async (choice: "mine" | "theirs") => {
    const theirs = await getWorkflow(browserApi, place);
    if (theirs.kind === "refused") return;
    tools.value?.saver.continueFrom(theirs.etag ?? draftEtag(theirs.value));
    if (choice === "theirs") tools.value?.surface.replace(formatJson(theirs.value.draft as unknown as Json)); // a document is JSON
    saved.value = "dirty";
    await save();
  });

  const errors = countErrors(problems.value);
  return (
    <div class="editor" data-pane={pane.value} data-side={side.value} document:onKeyDown$={[holdShortcut, onKey]}>
      <WorkflowBar base={props.base} id={props.workflow.id} name={name.value} state={status} tab="document">
        <div class="bar-head__end">
          <SaveBadge state={saved.value} />
          {props.can.edit && (
            <button class="button button--quiet" type="button" onClick$={format} title="Format (Shift+Alt+F)">
              <Icon name="tidy" />
              <span class="wide-only">Format</span>
            </button>
          )}
          {props.can.run && (
            <button class="button" type="button" onClick$={() => showSide("test")} title="Test (Ctrl+Enter)">
              <Icon name="play" />
              Test
            </button>
          )}
          {props.can.publish && (
            <button
              class="button button--primary"
              type="button"
              id="publish"
              onClick$={() => dialog.value?.showModal()}
            >
              <Icon name="bolt" />
              Publish
            </button>
          )}
        </div>
      </WorkflowBar>
      {saved.value === "conflict" && <ConflictBanner onChoose$={resolve} />}
      <fieldset class="editor__switch" aria-label="Part of the editor">
        {panes.map(([id, label]) => (
          <button key={id} type="button" class="filter" aria-pressed={pane.value === id} onClick$={() => showPane(id)}>
            {label}
            {id === "problems" && errors > 0 && <span class="count tone-bad">{errors}</span>}
          </button>
        ))}
      </fieldset>
      <div class="editor__panes">
        <section class="editor__outline" aria-label="Outline">
          <OutlineTree nodes={outline.value} active={active.value} troubles={troubles.value} onOpen$={open} />
        </section>
        <section class="editor__code" aria-label="Document">
          <form class="code" method="post" action={props.saveAction} ref={root} preventdefault:submit>
            <div class="code__scroll">
              <div class="code__gutter" aria-hidden="true" />
              <div class="code__sheet">
                <div class="code__layer" aria-hidden="true" />
                <textarea
                  class="code__area"
                  name="document"
                  aria-label="Workflow document, JSON"
                  aria-describedby="code-hint"
                  readOnly={!props.can.edit}
                  spellcheck={false}
                  autocapitalize="off"
                  autocomplete="off"
                  wrap="off"
                  rows={30}
                  value={formatJson(props.workflow.draft as unknown as Json)}
                />
              </div>
            </div>
            <p class="code__hint small faint" id="code-hint">
              <span>Tab indents; Escape, then Tab leaves the editor.</span>
              <span class="num">{text.value.split("\n").length} lines</span>
            </p>
            <noscript>
              <button class="button button--primary" type="submit">
                Save draft
              </button>
            </noscript>
          </form>
        </section>
        <aside class="editor__side" aria-label="Problems and tests">
          <div class="tabs" role="tablist" aria-label="Problems and tests">
            {(["problems", "test"] as const).map((id) => (
              <button
                key={id}
                class="tab"
                type="button"
                role="tab"
                id={`tab-${id}`}
                aria-controls={`panel-${id}`}
                aria-selected={side.value === id}
                tabIndex={side.value === id ? 0 : -1}
                onClick$={() => showSide(id)}
                onKeyDown$={(event: KeyboardEvent) => {
                  if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
                  const other = id === "test" ? "problems" : "test";
                  document.getElementById(`tab-${other}`)?.focus();
                  return showSide(other);
                }}
              >
                {id === "problems" ? "Problems" : "Test"}
                {id === "problems" && problems.value.length > 0 && (
                  <span class={["count", errors > 0 ? "tone-bad" : "tone-warn"]}>{problems.value.length}</span>
                )}
              </button>
            ))}
          </div>
          <div
            class="editor__panel"
            role="tabpanel"
            id="panel-problems"
            aria-labelledby="tab-problems"
            hidden={side.value !== "problems"}
          >
            <ProblemList
              problems={problems.value}
              onOpen$={(problem) => {
                pane.value = "document";
                tools.value?.surface.reveal(problem.start, problem.start, true);
              }}
            />
          </div>
          <div
            class="editor__panel"
            role="tabpanel"
            id="panel-test"
            aria-labelledby="tab-test"
            hidden={side.value !== "test"}
          >
            <TestPanel
              place={place}
              base={props.base}
              sample={JSON.stringify(sample.value, null, 2)}
              canRunPublished={status.activeVersion !== null}
              save$={save}
            />
          </div>
        </aside>
      </div>
      <p class="sr-only" role="status">
        {errors === 0 ? "No errors" : errors === 1 ? "1 error in the document" : `${errors} errors in the document`}
      </p>
      <PublishDialog
        dialog={dialog}
        place={place}
        problems={problems.value}
        activeVersion={status.activeVersion}
        sampleInput={sample.value}
        save$={save}
        onPublished$={({ version }) => {
          status.activeVersion = version;
        }}
        onProblems$={() => showSide("problems")}
      />
    </div>
  );
});

function nameOf(document: Json): string | undefined {
  const name = typeof document === "object" && document !== null && "name" in document ? document.name : undefined;
  return typeof name === "string" && name.trim() !== "" ? name : undefined;
}
