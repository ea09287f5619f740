/** Everything that showing a run needs: fetched when the form stands, so that it is there when the run starts. */
export { type RunHost, RunModel } from "./model";
export { style } from "./style";
