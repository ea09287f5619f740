/** Everything that a form needs: fetched with the workflow. */
export { createForm, type FormHost, FormModel } from "./model";
export { style } from "./style";
