import { component$ } from "@builder.io/qwik";
import type { RunStatus } from "@dap/contract";
import { Badge } from "./badge";
import { Icon } from "./icon";
import { runLook, workflowLook } from "./status";
import { ago, ahead } from "./time";

export type WorkflowRow = {
  readonly id: string;
  readonly name: string;
  readonly activeVersion: number | null;
  readonly paused: boolean;
  readonly updatedAt: string;
  readonly problemCount: number;
  readonly run: { readonly id: string; readonly status: RunStatus; readonly createdAt: string } | undefined;
  /** When its schedule comes next. */
  readonly nextAt: string | undefined;
};

type WorkflowTableProps = { readonly rows: readonly WorkflowRow[]; readonly base: string; readonly nowMs: number };

/** A table that turns into cards where there is no room for columns. */
export const WorkflowTable = component$<WorkflowTableProps>(({ rows, base, nowMs }) => (
  <div class="card table-card">
    <table class="list list--workflow">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Status</th>
          <th scope="col">Last run</th>
          <th scope="col">Changed</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td class="list__main">
              <a class="list__link" href={`${base}/workflows/${row.id}`}>
                {row.name}
              </a>
              {row.problemCount > 0 && (
                <span class="list__sub list__problem">
                  <Icon name="warning" />
                  {row.problemCount === 1 ? "1 problem in the draft" : `${row.problemCount} problems in the draft`}
                </span>
              )}
            </td>
            <td data-label="Status">
              <Badge look={workflowLook(row)} />
            </td>
            <td data-label="Last run">
              {row.run ? (
                <a class="list__run" href={`${base}/runs/${row.run.id}`}>
                  <Badge look={runLook(row.run.status)} />
                  <span class="small soft">{ago(Date.parse(row.run.createdAt), nowMs)}</span>
                </a>
              ) : (
                <span class="small faint">Never</span>
              )}
              {row.nextAt && (
                <time class="list__sub" dateTime={row.nextAt}>
                  Next {ahead(Date.parse(row.nextAt), nowMs)}
                </time>
              )}
            </td>
            <td data-label="Changed" class="small soft">
              {ago(Date.parse(row.updatedAt), nowMs)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
));
