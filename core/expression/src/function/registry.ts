import { dateFunctions } from "./date";
import type { FunctionDefinition } from "./definition";
import { encodingFunctions } from "./encoding";
import { generalFunctions } from "./general";
import { hashFunctions } from "./hash";
import { listFunctions } from "./list";
import { listOrderFunctions } from "./list-order";
import { listSetFunctions } from "./list-set";
import { numberFunctions } from "./number";
import { objectFunctions } from "./object";
import { patternFunctions } from "./pattern";
import { textFunctions } from "./text";
import { textCaseFunctions } from "./text-case";

/** All functions by group, in the order the documentation shows them. */
export const functionGroups: readonly (readonly [group: string, functions: readonly FunctionDefinition[]])[] = [
  ["general", generalFunctions],
  ["text", [...textFunctions, ...textCaseFunctions]],
  ["number", numberFunctions],
  ["list", [...listFunctions, ...listOrderFunctions, ...listSetFunctions]],
  ["object", objectFunctions],
  ["date", dateFunctions],
  ["pattern", patternFunctions],
  ["encoding", encodingFunctions],
  ["hash", hashFunctions],
];

/** A map, not an object: a name such as `toString` finds a built-in or nothing. */
const functions = new Map<string, FunctionDefinition>();
for (const definition of functionGroups.flatMap(([, definitions]) => definitions)) {
  for (const name of [definition.name, ...definition.aliases]) functions.set(name, definition);
}

/** The function of this name or alias. */
export const findFunction = (name: string): FunctionDefinition | undefined => functions.get(name);

export const functionNames = (): Iterable<string> => functions.keys();

/** The function of a call that was parsed: it was found then. */
export function getFunction(name: string): FunctionDefinition {
  const definition = functions.get(name);
  if (!definition) throw new Error(`no function ${name}`);
  return definition;
}
