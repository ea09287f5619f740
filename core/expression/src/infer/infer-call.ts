import type { Parameter, ParameterKind } from "../function/definition";
import { findFunction } from "../function/registry";
import type { ArrowNode, CallNode } from "../syntax/ast";
import type { Inference } from "./inference";
import { returnType } from "./return-rule";
import { maybe, notNothing, type Sort, type Type, unknownType } from "./type";

const sortsOfKind: Readonly<Record<Exclude<ParameterKind, "any" | "arrow">, readonly Sort[]>> = {
  text: ["text"],
  number: ["number"],
  integer: ["number"],
  boolean: ["boolean"],
  list: ["list"],
  object: ["object"],
  series: ["text", "list"],
  instant: ["text", "number"],
};

/** The type of a call's result; arguments are checked against the function's parameters. */
export function inferCall(inference: Inference, node: CallNode): Type {
  const definition = findFunction(node.name);
  if (!definition) {
    inference.report("UNKNOWN_FUNCTION", `there is no function "${node.name}"`, node.offset);
    return unknownType;
  }
  const { parameters } = definition;
  const types: Type[] = [];
  let isMaybe = false;
  for (const [index, argument] of node.arguments.entries()) {
    const parameter = parameters[index] ?? parameters.at(-1);
    if (argument.kind === "arrow") {
      types.push(inferArrow(inference, argument, parameter, types));
      continue;
    }
    const type = inference.infer(argument);
    const isSelf = node.optional && index === 0;
    if (isSelf) isMaybe = type.missing || type.null;
    types.push(checkArgument(inference, isSelf ? notNothing(type) : type, parameter, argument.offset, node.name));
  }
  const result = returnType(definition.returns, types);
  return isMaybe ? maybe(result) : result;
}

function checkArgument(
  inference: Inference,
  type: Type,
  parameter: Parameter | undefined,
  offset: number,
  name: string,
): Type {
  if (!parameter || parameter.kind === "any" || parameter.kind === "arrow") return type;
  const given = parameter.optional && type.missing ? { ...type, missing: false } : type;
  return inference.need(given, sortsOfKind[parameter.kind], offset, name);
}

function inferArrow(
  inference: Inference,
  arrow: ArrowNode,
  parameter: Parameter | undefined,
  before: readonly Type[],
): Type {
  const bound = parameter?.binds?.(before) ?? [];
  arrow.parameters.forEach(({ slot }, index) => {
    inference.locals[slot] = bound[index] ?? unknownType;
  });
  return inference.infer(arrow.body);
}
