export type Machine = { readonly placeholder: true };
