import type { StepView } from "@dap/contract";

/** Told what every step does, when somebody looks at a run. Absent while runs run. */
export type Trace = { readonly note: (view: StepView) => void };
