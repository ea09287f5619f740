import { component$, type QRL } from "@builder.io/qwik";
import { moveSelection } from "@dap/web/run/select";
import { Icon } from "@dap/web/ui/icon";
import type { OutlineNode } from "../document/outline";

type OutlineTreeProps = {
  readonly nodes: readonly OutlineNode[];
  readonly active: string;
  /** Pointers of lines that have problems, with how many. */
  readonly troubles: Readonly<Record<string, number>>;
  readonly onOpen$: QRL<(pointer: string, takeFocus: boolean) => void>;
};

/** The document's steps as a tree: arrows walk and show the place, Enter or a click goes there. */
export const OutlineTree = component$<OutlineTreeProps>(({ nodes, active, troubles, onOpen$ }) => {
  const hasActive = nodes.some(({ pointer }) => pointer === active);
  return (
    <div class="outline" role="tree" aria-label="Steps of the workflow" onKeyDown$={moveSelection}>
      {nodes.map((node, index) => {
        const isActive = node.pointer === active;
        const trouble = troubles[node.pointer] ?? 0;
        return (
          <div
            key={node.pointer}
            class={["outline__item", `outline__item--${node.kind}`]}
            role="treeitem"
            tabIndex={isActive || (!hasActive && index === 0) ? 0 : -1}
            aria-level={node.level}
            aria-posinset={node.position}
            aria-setsize={node.siblings}
            aria-selected={isActive}
            style={{ "--level": node.level - 1 }}
            onClick$={() => onOpen$(node.pointer, true)}
            onFocus$={() => onOpen$(node.pointer, false)}
            onKeyDown$={(event: KeyboardEvent) => {
              if (event.key === "Enter") return onOpen$(node.pointer, true);
            }}
          >
            <span class="outline__icon">
              <Icon name={node.icon} />
            </span>
            <span class="outline__title">{node.title}</span>
            {node.note !== "" && <span class="outline__note">{node.note}</span>}
            {trouble > 0 && (
              <span class="count tone-bad">
                {trouble}
                <span class="sr-only">{trouble === 1 ? " problem" : " problems"}</span>
              </span>
            )}
          </div>
        );
      })}
      {nodes.length === 0 && <p class="outline__empty small faint">The outline appears when the text is valid JSON.</p>}
    </div>
  );
});
