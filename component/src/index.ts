import { DapWorkflow } from "./element";

export { DapWorkflow } from "./element";
export type { Json, Schema } from "./protocol";

/** `detail` of each event of the element, by name. */
export type DapWorkflowEvents = {
  readonly "dap-ready": { readonly name: string };
  readonly "dap-change": { readonly path: string; readonly value: unknown };
  /** Cancelable: `preventDefault` keeps the form from being sent. */
  readonly "dap-submit": { readonly input: unknown };
  readonly "dap-progress": {
    readonly runId: string;
    readonly step: string | null;
    readonly status: string | null;
    readonly percent: number;
  };
  readonly "dap-result": { readonly runId: string; readonly output: unknown };
  readonly "dap-error": {
    readonly runId?: string;
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
  };
  readonly "dap-auth-expired": Readonly<Record<string, never>>;
};

declare global {
  interface HTMLElementTagNameMap {
    "dap-workflow": DapWorkflow;
  }
}

// A page may load two versions of this file, and a server may import it where there are no elements at all.
if (globalThis.customElements && !customElements.get("dap-workflow"))
  customElements.define("dap-workflow", DapWorkflow);
