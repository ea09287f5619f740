import { component$, type QRL } from "@builder.io/qwik";
import { Icon } from "@dap/web/ui/icon";

/** Two people, one draft: nothing is overwritten until one of them says so. */
export const ConflictBanner = component$<{ onChoose$: QRL<(choice: "mine" | "theirs") => void> }>(({ onChoose$ }) => (
  <div class="notice tone-warn editor__conflict" role="alert">
    <Icon name="warning" />
    <div class="notice__body">
      <p>
        <strong>Somebody else changed this draft.</strong> What you typed is still here, but is not saved.
      </p>
      <div class="row">
        <button class="button button--small" type="button" onClick$={() => onChoose$("mine")}>
          Keep mine
        </button>
        <button class="button button--small" type="button" onClick$={() => onChoose$("theirs")}>
          Take theirs
        </button>
      </div>
    </div>
  </div>
));
