import { component$ } from "@builder.io/qwik";
import { Icon, type IconName } from "@dap/web/ui/icon";
import type { SaveState } from "../document/saver";

export type EditorSaveState = SaveState["kind"] | "invalid" | "readOnly";

const looks: Readonly<Record<EditorSaveState, readonly [string, IconName, string]>> = {
  saved: ["Saved", "check", ""],
  dirty: ["Unsaved changes", "circle", ""],
  saving: ["Saving", "spinner", ""],
  conflict: ["Not saved: changed by somebody else", "warning", "save--bad"],
  refused: ["Not saved", "warning", "save--bad"],
  invalid: ["Not saved: not valid JSON", "warning", "save--bad"],
  readOnly: ["Read only", "info", ""],
};

/** Whether what is on the screen is safe. */
export const SaveBadge = component$<{ state: EditorSaveState }>(({ state }) => {
  const [label, icon, tone] = looks[state];
  return (
    <span class={["save", tone]} role="status">
      <Icon name={icon} spin={state === "saving"} />
      <span class="save__label">{label}</span>
    </span>
  );
});
