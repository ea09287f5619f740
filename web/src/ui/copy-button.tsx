import { $, component$, useSignal } from "@builder.io/qwik";
import { Icon } from "./icon";

type CopyButtonProps = { readonly text: string; readonly label: string; readonly isSmall?: boolean };

/** Copies a text and says so, also to those who do not see the icon change. */
export const CopyButton = component$<CopyButtonProps>(({ text, label, isSmall }) => {
  const isCopied = useSignal(false);
  const copy = $(async () => {
    await navigator.clipboard.writeText(text);
    isCopied.value = true;
    setTimeout(() => {
      isCopied.value = false;
    }, 1_800);
  });
  return (
    <>
      <button
        class={["button button--icon", isSmall ? "button--small button--quiet" : "button--quiet"]}
        type="button"
        aria-label={label}
        title={label}
        onClick$={copy}
      >
        <Icon name={isCopied.value ? "check" : "copy"} />
      </button>
      <span class="sr-only" role="status">
        {isCopied.value ? "Copied" : ""}
      </span>
    </>
  );
});

/** A value in a row of its own, with its copy button. */
export const CopyRow = component$<{ text: string; label: string; isLong?: boolean }>(({ text, label, isLong }) => (
  <div class={["copy-row", isLong && "copy-row--long"]}>
    <section class="copy-row__text" tabIndex={0} aria-label={label}>
      <code>{text}</code>
    </section>
    <CopyButton text={text} label={`Copy ${label}`} isSmall />
  </div>
));
