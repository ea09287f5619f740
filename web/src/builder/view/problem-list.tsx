import { component$, type QRL } from "@builder.io/qwik";
import { Icon } from "@dap/web/ui/icon";
import { helpOf, type PlacedProblem, sentence } from "./problem";

type ProblemListProps = {
  readonly problems: readonly PlacedProblem[];
  readonly onOpen$: QRL<(problem: PlacedProblem) => void>;
};

/** What keeps the document from being published, each a way to its place. */
export const ProblemList = component$<ProblemListProps>(({ problems, onOpen$ }) =>
  problems.length === 0 ? (
    <div class="side-empty">
      <span class="side-empty__icon tone-good">
        <Icon name="check" />
      </span>
      <p>No problems</p>
      <p class="small soft">The document can be published as it is.</p>
    </div>
  ) : (
    <ol class="problems">
      {problems.map((problem, index) => (
        <li key={`${problem.path}${problem.code}${index}`}>
          <button
            type="button"
            class={["problem", problem.severity === "error" ? "tone-bad" : "tone-warn"]}
            onClick$={() => onOpen$(problem)}
          >
            <Icon name={problem.severity === "error" ? "x" : "warning"} />
            <span class="problem__body">
              <span class="sr-only">{problem.severity === "error" ? "Error: " : "Warning: "}</span>
              <span>{sentence(problem.message)}</span>
              {problem.suggestion && <span class="problem__help">{helpOf(problem)}</span>}
              <span class="problem__place mono">
                Line {problem.line}
                {problem.path && ` · ${problem.path}`}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ol>
  ),
);
