import { type DocumentProblem, escapePointer, type Json, type JsonSchema, type Workflow } from "@dap/contract";
import { inferTemplate, isAssignable, parseTemplate, references, type TypeEnv, type TypeOfName } from "@dap/expression";
import { waitIdsOf } from "../plan/scope";
import type { Scope } from "./flow";
import { mayBeMissing, wrongType } from "./problem";
import { didYouMean } from "./suggest";
import { always, listOf, literalType, nullType, objectOf, orNull, union, unknown } from "./type";

export type Report = (problem: DocumentProblem) => void;

/** Infers the types of the document's fields, and reports what is wrong with them. */
export class ExpressionCheck {
  private readonly envs = new WeakMap<Scope, TypeEnv>();

  constructor(
    readonly base: Readonly<Record<string, TypeOfName>>,
    private readonly allIds: ReadonlySet<string>,
    readonly report: Report,
  ) {}

  /** A field's text. One without `{{ }}` is the text itself. */
  field(source: string, path: string, scope: Scope): TypeOfName {
    const parsed = parseTemplate(source);
    if (parsed.kind === "refused") {
      const { code, message, suggestion } = parsed;
      this.report({ path, code, message, severity: "error", ...(suggestion !== undefined && { suggestion }) });
      return unknown;
    }
    this.outOfSight(references(parsed.template), path, scope);
    const { schema, presence, problems } = inferTemplate(parsed.template, this.envOf(scope));
    for (const { code, message, severity, suggestion } of problems)
      this.report({ path, code, message, severity, ...(suggestion !== undefined && { suggestion }) });
    return { schema, presence };
  }

  /** A field that makes no sense without an expression. */
  expression(source: string, path: string, scope: Scope): TypeOfName {
    if (!source.includes("{{"))
      this.report({
        ...wrongType(path, "This must be an expression in {{ }}; as it stands it is a fixed text."),
        suggestion: `Write {{ ${source} }}.`,
      });
    return this.field(source, path, scope);
  }

  /** Any value of the document, with fields at any depth. */
  value(value: Json, path: string, scope: Scope): TypeOfName {
    if (typeof value === "string")
      return value.includes("{{") ? this.field(value, path, scope) : always(constType(value));
    if (typeof value !== "object" || value === null) return always(literalType(value));
    if (isList(value)) {
      const items = value.map((item, at) => orNull(this.value(item, `${path}/${at}`, scope)));
      return always(listOf(items.length === 0 ? true : union(items)));
    }
    return always(
      objectOf(Object.entries(value).map(([name, inside]) => [name, this.value(inside, member(path, name), scope)])),
    );
  }

  /** A value where a given type has to stand: goes down with the type, so that each problem has its own place. */
  expect(value: Json, to: JsonSchema, path: string, scope: Scope): TypeOfName {
    const shape = typeof to === "object" && to.type === "object" && to.properties ? to : undefined;
    if (shape && typeof value === "object" && value !== null && !isList(value)) {
      const members = Object.entries(value).map(([name, inside]) => {
        const type = this.memberType(shape, name, member(path, name));
        const found = this.expect(inside, type, member(path, name), scope);
        if (found.presence === "maybe" && shape.required?.includes(name)) this.report(mayBeMissing(member(path, name)));
        return [name, found] as const;
      });
      for (const name of shape.required ?? [])
        if (!Object.hasOwn(value, name))
          this.report({ ...wrongType(path, `The field ${name} is required here.`), suggestion: `Add ${name}.` });
      return always(objectOf(members));
    }
    const found = this.value(value, path, scope);
    const fits = isAssignable(found.schema, to);
    if (!fits.ok) this.report(wrongType(path + fits.path, fits.reason));
    return found;
  }

  private memberType(shape: Exclude<JsonSchema, boolean>, name: string, path: string): JsonSchema {
    const { properties = {}, additionalProperties = true } = shape;
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (own !== undefined) return own;
    if (additionalProperties === false)
      this.report({
        path,
        code: "UNKNOWN_FIELD",
        message: `There is no field ${name} here.`,
        severity: "error",
        ...didYouMean(name, Object.keys(properties)),
      });
    return additionalProperties === false ? true : additionalProperties;
  }

  /** Steps that exist but never run before this place: in another branch, another loop, or further down. */
  private outOfSight(paths: readonly (readonly string[])[], path: string, scope: Scope): void {
    const told = new Set<string>();
    for (const [name, id] of paths) {
      if (name !== "steps") continue;
      if (id === undefined) {
        this.report({
          ...wrongType(path, "steps is not a value by itself."),
          suggestion: "Name one step, as in steps.price.",
        });
      } else if (this.allIds.has(id) && !scope.known.has(id) && !told.has(id)) {
        told.add(id);
        this.report({
          path,
          code: "MAY_BE_MISSING",
          message: `The step ${id} does not run before this place, so it has no output here.`,
          severity: "error",
          suggestion: `Move ${id} before this step, or read a step that runs before it.`,
        });
      }
    }
  }

  /** Every field of a step has the same scope, and a big document has many ids. */
  private envOf(scope: Scope): TypeEnv {
    const known = this.envs.get(scope);
    if (known) return known;
    const steps: Record<string, TypeOfName> = Object.create(null);
    // Those out of sight have been reported: unknown here, they are not reported twice.
    for (const id of this.allIds) steps[id] = scope.known.get(id) ?? unknown;
    const schema: JsonSchema = { type: "object" };
    const env: TypeEnv = { names: { ...this.base, ...scope.names, steps: { schema, presence: "always", steps } } };
    this.envs.set(scope, env);
    return env;
  }
}

const member = (path: string, name: string): string => `${path}/${escapePointer(name)}`;
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const constType = (value: string): JsonSchema => ({ type: "string", const: value });

/** The names that every place sees, by the trigger. */
export function baseNames(
  document: Workflow,
  vars: Readonly<Record<string, JsonSchema>> | undefined,
): Readonly<Record<string, TypeOfName>> {
  const text: TypeOfName = always({ type: "string" });
  const run = objectOf([
    ["id", text],
    ["startedAt", text],
    ["startedAtMs", always({ type: "integer" })],
  ]);
  const workflow = objectOf([
    ["id", text],
    ["name", text],
    ["version", always({ type: "integer" })],
  ]);
  const variables = vars ? objectOf(Object.entries(vars).map(([name, type]) => [name, always(type)])) : true;
  return {
    trigger: always(triggerType(document.trigger)),
    vars: always(variables),
    run: withResumeUrls(always(run), waitIdsOf(document.steps)),
    workflow: always(workflow),
  };
}

/** The type of `run` with the addresses of these waits beside those it has. */
export function withResumeUrls(run: TypeOfName, waits: readonly string[]): TypeOfName {
  if (waits.length === 0 || typeof run.schema !== "object") return run;
  const { properties = {}, required = [] } = run.schema;
  const before = typeof properties.resumeUrl === "object" ? Object.keys(properties.resumeUrl.properties ?? {}) : [];
  const resumeUrl = objectOf([...before, ...waits].map((id) => [id, always({ type: "string" })]));
  const members = Object.entries({ ...properties, resumeUrl }).map(([name, schema]) => [name, always(schema)] as const);
  return required.length > 0 ? always(objectOf(members)) : run;
}

function triggerType(trigger: Workflow["trigger"]): JsonSchema {
  if (trigger.kind === "schedule")
    return objectOf([
      ["scheduledAt", always({ type: "string" })],
      ["body", always(literalType(trigger.input ?? null))],
    ]);
  const input = trigger.input ?? true;
  if (trigger.kind === "manual") return objectOf([["body", always(input)]]);
  const texts = always({ type: "object", additionalProperties: { type: "string" } });
  const isRead = trigger.methods?.every((method) => method === "GET" || method === "HEAD") ?? false;
  return objectOf([
    ["body", always(isRead ? nullType : input)],
    ["query", isRead && trigger.input !== undefined ? always(input) : texts],
    ["headers", texts],
    ["method", always({ type: "string" })],
    ["path", always({ type: "string" })],
  ]);
}
