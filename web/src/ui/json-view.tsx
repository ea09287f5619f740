import { component$ } from "@builder.io/qwik";
import type { Json } from "@dap/contract";
import { tokenizeLine } from "../builder/json/token";
import { CopyButton } from "./copy-button";

const linesMax = 400;

type JsonViewProps = { readonly value: Json; readonly label: string };

/** A value as tinted JSON with a button to copy all of it. Long values are cut on the screen, not in the copy. */
export const JsonView = component$<JsonViewProps>(({ value, label }) => {
  const text = JSON.stringify(value, null, 2) ?? "null";
  const lines = text.split("\n");
  return (
    <div class="json">
      <div class="json__copy">
        <CopyButton text={text} label={`Copy ${label}`} isSmall />
      </div>
      {/* Scrollable, therefore reachable by keyboard. */}
      <section class="code-block" tabIndex={0} aria-label={label}>
        <pre>
          {lines.slice(0, linesMax).map((line, index) => (
            <Line key={index} text={line.slice(0, 2_000)} />
          ))}
          {lines.length > linesMax && <span class="faint">… {lines.length - linesMax} more lines</span>}
        </pre>
      </section>
    </div>
  );
});

const Line = component$<{ text: string }>(({ text }) => (
  <>
    {tokenizeLine(text).map((token, index) =>
      token.kind === "space" ? (
        token.text
      ) : (
        <span key={index} class={`tok-${token.kind}`}>
          {token.text}
        </span>
      ),
    )}
    {"\n"}
  </>
));
