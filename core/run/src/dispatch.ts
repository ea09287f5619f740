/** The queue in which runs wait for a worker. Its messages are `DispatchMessage`s. */
export const dispatchQueue = "run.dispatch";
