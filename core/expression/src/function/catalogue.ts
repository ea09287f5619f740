/** A function as the builder and the documentation show it. `examples` are tested. */
export type FunctionDoc = {
  readonly name: string;
  readonly group: string;
  readonly signature: string;
  readonly description: string;
  readonly examples: readonly { readonly source: string; readonly result: unknown }[];
};

export const functionCatalogue: readonly FunctionDoc[] = [];
