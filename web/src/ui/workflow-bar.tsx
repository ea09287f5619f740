import { component$, Slot } from "@builder.io/qwik";
import { Badge } from "./badge";
import { Icon } from "./icon";
import { type WorkflowState, workflowLook } from "./status";

export type WorkflowTab = "document" | "versions" | "share" | "settings";

type WorkflowBarProps = {
  readonly base: string;
  readonly id: string;
  readonly name: string;
  readonly state: WorkflowState;
  readonly tab: WorkflowTab;
};

/** The head of every page of one workflow. */
export const WorkflowBar = component$<WorkflowBarProps>(({ base, id, name, state, tab }) => {
  const here = `${base}/workflows/${id}`;
  const current = (wanted: WorkflowTab) => (tab === wanted ? "page" : undefined);
  return (
    <div class="bar-head">
      <div class="bar-head__row">
        <a
          class="button button--quiet button--icon"
          href={`${base}/workflows`}
          aria-label="All workflows"
          title="All workflows"
        >
          <Icon name="arrowLeft" />
        </a>
        <h1 class="bar-head__name">{name}</h1>
        <Badge look={workflowLook(state)} />
        <Slot />
      </div>
      <nav class="tabs" aria-label="Workflow">
        <a class="tab" href={here} aria-current={current("document")}>
          Document
        </a>
        <a class="tab" href={`${base}/runs?workflowId=${id}`}>
          Runs
        </a>
        <a class="tab" href={`${here}/versions`} aria-current={current("versions")}>
          Versions
        </a>
        <a class="tab" href={`${here}/share`} aria-current={current("share")}>
          Share
        </a>
        <a class="tab" href={`${here}/settings`} aria-current={current("settings")}>
          Settings
        </a>
      </nav>
    </div>
  );
});
