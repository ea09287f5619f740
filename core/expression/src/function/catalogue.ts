import { functionGroups } from "./registry";

/** A function as the builder and the documentation show it. `examples` are tested; a missing result is `undefined`. */
export type FunctionDoc = {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly group: string;
  readonly signature: string;
  readonly description: string;
  readonly examples: readonly { readonly source: string; readonly result: unknown }[];
};

/** Every function of the language. Plain data. */
export const functionCatalogue: readonly FunctionDoc[] = functionGroups.flatMap(([group, definitions]) =>
  definitions.map(({ name, aliases, signature, description, examples }) => ({
    name,
    aliases,
    group,
    signature,
    description,
    examples: examples.map(([source, result]) => ({ source, result })),
  })),
);
