import { $, sync$ } from "@builder.io/qwik";

/** Moves the focus in a list of options or tree items: arrows, Home and End. What has the focus is what is shown. */
const move = $((event: KeyboardEvent, list: HTMLElement) => {
  const items = [...list.querySelectorAll<HTMLElement>('[role="option"], [role="treeitem"]')];
  const at = items.findIndex((item) => item.contains(document.activeElement));
  const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (target !== undefined) items[target]?.focus();
});

/**
 * Handlers arrive after the event has done its default: the page must not scroll meanwhile, and an Enter that moves the
 * focus into the document must not be typed there.
 */
const hold = sync$((event: KeyboardEvent) => {
  if (["ArrowDown", "ArrowUp", "Home", "End", "Enter"].includes(event.key)) event.preventDefault();
});

/** For `onKeyDown$` of a list whose items take the focus. */
export const moveSelection = [hold, move];
