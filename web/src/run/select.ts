import { $ } from "@builder.io/qwik";

/** Moves the focus in a list of options or tree items: arrows, Home and End. What has the focus is what is shown. */
export const moveSelection = $((event: KeyboardEvent, list: HTMLElement) => {
  const items = [...list.querySelectorAll<HTMLElement>('[role="option"], [role="treeitem"]')];
  const at = items.findIndex((item) => item.contains(document.activeElement));
  const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  const item = target === undefined ? undefined : items[target];
  if (!item) return;
  event.preventDefault();
  item.focus();
});
