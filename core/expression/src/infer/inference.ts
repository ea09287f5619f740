import { suggest } from "../suggestion";
import type { Argument, BinaryNode, Expression, IndexNode, LogicNode, MemberNode, ObjectEntry } from "../syntax/ast";
import { inferCall } from "./infer-call";
import { chainKey, knownPresent } from "./narrowing";
import { joinedType } from "./object-type";
import { typeOfSchema, typeOfValue } from "./schema";
import {
  booleanType,
  describeType,
  fieldOf,
  integerType,
  listOf,
  maybe,
  nothing,
  notNothing,
  numberType,
  objectOf,
  present,
  type Sort,
  sortsOf,
  sortWords,
  type Type,
  textType,
  union,
  unionAll,
  unknownType,
} from "./type";
import type { InferProblem, InferProblemCode, TypeEnv, TypeOfName } from "./type-env";

/** Infers the types of one field's expressions and gathers what they say against it. */
export class Inference {
  readonly problems: InferProblem[] = [];
  /** Types of the parameters of arrows, by slot. */
  readonly locals: Type[] = [];
  /** Chains that a test around the present place has shown to be there. */
  #present: ReadonlySet<string> = new Set();

  constructor(readonly env: TypeEnv) {}

  infer(node: Expression): Type {
    const type = this.#inferNode(node);
    const key = this.#present.size === 0 ? undefined : chainKey(node);
    return key !== undefined && this.#present.has(key) ? notNothing(type) : type;
  }

  #inferNode(node: Expression): Type {
    switch (node.kind) {
      case "literal":
        return typeOfValue(node.value);
      case "name":
        return this.#inferName(node.name, node.offset);
      case "local":
        return this.locals[node.slot] ?? unknownType;
      case "member":
        return this.#inferMember(node);
      case "index":
        return this.#inferIndex(node);
      case "unary":
        if (node.operator === "!") return this.#always(node.operand, booleanType);
        return this.#numberOf(this.need(this.infer(node.operand), ["number"], node.operand.offset, "-"));
      case "binary":
        return this.#inferBinary(node);
      case "logic":
        return this.#inferLogic(node);
      case "conditional": {
        this.infer(node.test);
        const then = this.whilePresent(knownPresent(node.test, true), node.then);
        return union(then, this.whilePresent(knownPresent(node.test, false), node.otherwise));
      }
      case "list":
        return listOf(
          unionAll(
            node.items.map(({ spread, value }) => (spread ? this.#spreadItem(value) : orNull(this.infer(value)))),
          ),
        );
      case "object":
        return node.entries.reduce((object, entry) => joinedType(object, this.#inferEntry(entry)), objectOf(new Map()));
      case "call":
        return inferCall(this, node);
    }
  }

  #inferName(name: string, offset: number): Type {
    const known = Object.hasOwn(this.env.names, name) ? this.env.names[name] : undefined;
    if (known) return typeOfName(known);
    this.report("UNKNOWN_NAME", `there is no "${name}" here`, offset, suggest(name, Object.keys(this.env.names)));
    return unknownType;
  }

  #inferMember(node: MemberNode): Type {
    const object = this.infer(node.object);
    const { name, optional, offset } = node;
    if (!optional) this.#needPresent(object, node.object, offset);
    const found = this.#fieldOfType(object, name, node);
    const isMaybe = optional && (object.missing || object.null);
    return isMaybe ? maybe(found) : found;
  }

  #fieldOfType(object: Type, name: string, node: MemberNode): Type {
    if (object.unknown) return unknownType;
    const sorts = sortsOf(object).filter((sort) => sort !== "null");
    if (sorts.length === 0) return unknownType;
    const found = sorts.map((sort) =>
      sort === "object" && object.object ? readField(object.object, name) : scalarField(sort, name),
    );
    const all = unionAll(found.map((type) => type ?? { ...nothing, missing: true }));
    if (found.some((type) => type !== undefined)) return all;
    const fields = object.object ? [...object.object.fields.keys()] : [];
    const near = suggest(name, fields);
    if (this.#isSteps(node.object))
      this.report("UNKNOWN_STEP", `there is no step "${name}" before this one`, node.offset, near);
    else if (object.object) this.report("UNKNOWN_FIELD", `there is no field "${name}" here`, node.offset, near);
    else this.report("UNKNOWN_FIELD", `${describeType(present(object))} has no field "${name}"`, node.offset, near);
    return unknownType;
  }

  #isSteps(node: Expression): boolean {
    if (node.kind !== "name" || !Object.hasOwn(this.env.names, node.name)) return false;
    return this.env.names[node.name]?.steps !== undefined;
  }

  /** Items of a list are taken to be there: whether a position exists is seldom known beforehand. */
  #inferIndex(node: IndexNode): Type {
    const object = this.infer(node.object);
    const index = this.need(this.infer(node.index), ["number", "text"], node.index.offset, "[ ]");
    if (!node.optional) this.#needPresent(object, node.object, node.offset);
    if (object.unknown) return unknownType;
    const found: Type[] = [];
    if (object.list) found.push(index.text === false ? object.list : unknownType);
    if (object.text !== false) found.push(maybe(textType));
    if (object.object) found.push(anyField(object.object));
    if (found.length === 0 && sortsOf(object).some((sort) => sort !== "null")) {
      this.report("WRONG_TYPE", `[ ] needs a list or an object, but this is ${describeType(object)}`, node.offset);
      return unknownType;
    }
    const type = found.length === 0 ? unknownType : unionAll(found);
    return node.optional && (object.missing || object.null) ? maybe(type) : type;
  }

  #inferBinary(node: BinaryNode): Type {
    const left = this.infer(node.left);
    const right = this.infer(node.right);
    const { operator } = node;
    switch (operator) {
      case "==":
      case "!=":
        return booleanType;
      case "<":
      case "<=":
      case ">":
      case ">=":
        this.#needComparable(left, right, node);
        return booleanType;
      case "+":
        return this.#inferPlus(left, right, node);
      default: {
        this.need(left, ["number"], node.left.offset, operator);
        this.need(right, ["number"], node.right.offset, operator);
        const isWhole =
          left.number === "integer" && right.number === "integer" && operator !== "/" && operator !== "**";
        return isWhole ? integerType : numberType;
      }
    }
  }

  /** Joins as soon as one side is a text; otherwise both must be numbers. */
  #inferPlus(left: Type, right: Type, node: BinaryNode): Type {
    if (isOnlyText(left) || isOnlyText(right)) return textType;
    const mayJoin = left.unknown || right.unknown || left.text !== false || right.text !== false;
    const wanted: readonly Sort[] = mayJoin ? ["number", "text"] : ["number"];
    if (!(mayJoin && right.text !== false)) this.need(left, wanted, node.left.offset, "+");
    if (!(mayJoin && left.text !== false)) this.need(right, wanted, node.right.offset, "+");
    if (mayJoin) return left.unknown || right.unknown ? unknownType : union(numberType, textType);
    return left.number === "integer" && right.number === "integer" ? integerType : numberType;
  }

  #needComparable(left: Type, right: Type, node: BinaryNode): void {
    const sides = [
      this.need(left, ["number", "text"], node.left.offset, node.operator),
      this.need(right, ["number", "text"], node.right.offset, node.operator),
    ];
    const [first = unknownType, second = unknownType] = sides;
    if (first.unknown || second.unknown) return;
    const isPossible =
      (first.number !== "none" && second.number !== "none") || (first.text !== false && second.text !== false);
    if (isPossible) return;
    this.report(
      "WRONG_TYPE",
      `${node.operator} compares two numbers or two texts, but these are ${describeType(first)} and ${describeType(second)}`,
      node.offset,
    );
  }

  #inferLogic(node: LogicNode): Type {
    const left = this.infer(node.left);
    if (node.operator === "&&") return union(left, this.whilePresent(knownPresent(node.left, true), node.right));
    const isOr = node.operator === "||";
    const right = isOr ? this.whilePresent(knownPresent(node.left, false), node.right) : this.infer(node.right);
    return union(notNothing(left), right);
  }

  #inferEntry(entry: ObjectEntry): Type {
    const value = this.infer(entry.value);
    switch (entry.kind) {
      case "entry":
        return objectOf(new Map([[entry.key, value]]));
      case "computed":
        this.need(this.infer(entry.key), ["text", "number"], entry.key.offset, "a key");
        return objectOf(new Map(), present(value));
      case "spread":
        if (value.missing || value.null) return objectOf(new Map(), unknownType);
        return this.need(value, ["object"], entry.value.offset, "...");
    }
  }

  #spreadItem(node: Expression): Type {
    const type = this.infer(node);
    if (type.missing || type.null) return unknownType;
    return this.need(type, ["list"], node.offset, "...").list ?? unknownType;
  }

  #always(node: Expression, type: Type): Type {
    this.infer(node);
    return type;
  }

  #numberOf(type: Type): Type {
    return type.number === "integer" ? integerType : numberType;
  }

  /** Infers a node that is only evaluated where the given chains are there. */
  whilePresent(chains: readonly string[], node: Expression): Type {
    const before = this.#present;
    if (chains.length > 0) this.#present = new Set([...before, ...chains]);
    const type = this.infer(node);
    this.#present = before;
    return type;
  }

  inferArgument(argument: Argument): Type {
    return argument.kind === "arrow" ? this.infer(argument.body) : this.infer(argument);
  }

  /** Reports a value that cannot be what is needed. Returns its type, or unknown after a report, so that one mistake is told once. */
  need(type: Type, wanted: readonly Sort[], offset: number, by: string): Type {
    if (type.missing || (type.null && !wanted.includes("null"))) {
      if (sortsOf(type).some((sort) => sort !== "null") || type.unknown || type.missing) {
        this.report(
          "MAY_BE_MISSING",
          `${by} needs ${wordsOf(wanted)}, but this may be ${type.missing ? "missing" : "null"}; give another value after ??`,
          offset,
        );
        return unknownType;
      }
    }
    if (type.unknown) return type;
    const sorts = sortsOf(type);
    if (sorts.length > 0 && sorts.every((sort) => !wanted.includes(sort))) {
      this.report("WRONG_TYPE", `${by} needs ${wordsOf(wanted)}, but this is ${describeType(type)}`, offset);
      return unknownType;
    }
    if (sorts.some((sort) => sort !== "null" && !wanted.includes(sort))) {
      this.report(
        "WRONG_TYPE",
        `${by} needs ${wordsOf(wanted)}, but this may be ${describeType(type)}`,
        offset,
        undefined,
        "warning",
      );
    }
    return type;
  }

  #needPresent(type: Type, node: Expression, offset: number): void {
    if (!type.missing && !type.null) return;
    const what = chainName(node);
    const state = type.missing ? "missing" : "null";
    this.report("MAY_BE_MISSING", `${what} may be ${state}; write ?. after it, or give another value after ??`, offset);
  }

  report(
    code: InferProblemCode,
    message: string,
    offset: number,
    suggestion?: string,
    severity: InferProblem["severity"] = "error",
  ): void {
    this.problems.push({ code, message, offset, severity, ...(suggestion === undefined ? {} : { suggestion }) });
  }
}

/** The type of a name in scope. */
export function typeOfName({ schema, presence, steps }: TypeOfName): Type {
  const type = steps
    ? objectOf(new Map(Object.entries(steps).map(([id, step]) => [id, typeOfName(step)] as const)))
    : typeOfSchema(schema);
  return presence === "maybe" ? maybe(type) : type;
}

/** `undefined` if there is no such field. A field of which nothing is known is taken to be there. */
function readField(object: NonNullable<Type["object"]>, name: string): Type | undefined {
  const field = object.fields.get(name);
  if (field) return field;
  if (!object.others) return undefined;
  return object.others.unknown ? unknownType : fieldOf(object, name);
}

const scalarField = (sort: Sort, name: string): Type | undefined =>
  name === "length" && (sort === "text" || sort === "list") ? integerType : undefined;

function anyField({ fields, others }: NonNullable<Type["object"]>): Type {
  if (others?.unknown) return unknownType;
  return maybe(unionAll([...fields.values(), ...(others ? [others] : [])]));
}

const orNull = (type: Type): Type => (type.missing ? { ...present(type), null: !type.unknown } : type);

const isOnlyText = (type: Type): boolean => type.text !== false && sortsOf(type).length === 1 && !type.unknown;

const chainName = (node: Expression): string => (chainKey(node) === undefined ? "this" : `"${lastName(node)}"`);

function lastName(node: Expression): string {
  return node.kind === "member" || node.kind === "name" || node.kind === "local" ? node.name : "this";
}

const wordsOf = (sorts: readonly Sort[]): string => sorts.map((sort) => sortWords[sort]).join(" or ");
