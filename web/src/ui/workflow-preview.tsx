import { component$, useSignal, useVisibleTask$ } from "@builder.io/qwik";

type PreviewProps = { readonly teamId: string; readonly workflowId: string };

/** The web component as other pages load it. The edge serves it; its file is no part of the webapp's build. */
const elementFile = "/component/dap-workflow.js";

/** What is set on the element; its README says the rest. */
type WorkflowElement = HTMLElement & {
  team: string;
  workflow: string;
  theme: string;
  fetchApi: (path: string, init: RequestInit) => Promise<Response>;
};

/** The live element, working with the visitor's session: its requests go through the session's door, so no script sees a token. */
export const WorkflowPreview = component$<PreviewProps>(({ teamId, workflowId }) => {
  const place = useSignal<HTMLElement>();
  const isAway = useSignal(false);
  useVisibleTask$(async ({ cleanup }) => {
    let isLeft = false;
    cleanup(() => {
      isLeft = true;
    });
    try {
      const address = elementFile;
      await import(/* @vite-ignore */ address);
    } catch {
      isAway.value = true;
      return;
    }
    if (isLeft) return;
    const element = document.createElement("dap-workflow") as WorkflowElement; // defined by the file above
    element.team = teamId;
    element.workflow = workflowId;
    element.theme = document.documentElement.dataset.theme ?? "auto";
    element.fetchApi = (path, init) =>
      fetch(`/session/api${path}`, {
        ...init,
        credentials: "same-origin",
        headers: { ...init.headers, "x-requested-with": "dap-web" },
      });
    place.value?.replaceChildren(element);
  });
  return isAway.value ? (
    <p class="soft">The element could not be loaded. Reload the page to try again.</p>
  ) : (
    <div class="preview" ref={place} />
  );
});
