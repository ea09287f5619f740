/** The queue in which runs wait for a worker. Its messages are `DispatchMessage`s. */
export const dispatchQueue = "run.dispatch";

/** Whoever accepts a run notifies here after the commit; the relay looks at once instead of at its next turn. */
export const dispatchChannel = "dap_dispatch";
