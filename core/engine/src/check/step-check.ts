import {
  type ControlStep,
  type DocumentProblem,
  type ForEachStep,
  type GraphStep,
  isControlStep,
  type ParallelStep,
  type PlainStep,
  type Step,
  type SwitchStep,
  type TryStep,
  type WaitStep,
  type WhileStep,
} from "@dap/contract";
import type { TypeOfName } from "@dap/expression";
import { isAssignable } from "@dap/expression";
import type { CompileDeps } from "../compile-workflow";
import { effectClassOf } from "../plan/effect-class";
import { waitIdsOf } from "../plan/scope";
import { instantOf } from "../run/instant";
import { type ExpressionCheck, withResumeUrls } from "./expression-check";
import { type Flow, joinFlows, type Known, mergeFlows, type Scope, weaken, weakenFlow } from "./flow";
import { problem, unknownKind, unreachable, warning, wrongType } from "./problem";
import { checkSchema } from "./schema-check";
import { orderGraph } from "./structure";
import { didYouMean } from "./suggest";
import {
  always,
  asMaybe,
  integerType,
  joinTypes,
  listOf,
  literalType,
  nothing,
  nullType,
  numberType,
  objectOf,
  orNull,
  textType,
  unknown,
} from "./type";

const reserved: ReadonlySet<string> = new Set(["trigger", "steps", "vars", "run", "workflow", "error"]);
const errorType = always(
  objectOf([
    ["code", always(textType)],
    ["message", always(textType)],
    ["stepKey", always(textType)],
  ]),
);

const decisionType = objectOf(["by", "decision", "note", "at"].map((name) => [name, always(textType)] as const));
const approvalType = always(
  objectOf([
    ["approved", always({ type: "boolean" })],
    ["decisions", always(listOf(decisionType))],
    ["reason", asMaybe(always(textType))],
  ]),
);

/** Follows every way through the steps, with what is in sight at each place. */
export class StepCheck {
  constructor(
    private readonly deps: CompileDeps,
    private readonly expressions: ExpressionCheck,
    private readonly report: (problem: DocumentProblem) => void,
  ) {}

  list(steps: readonly Step[], path: string, scope: Scope): Flow {
    let known = scope.known;
    let output = nothing;
    let ends = false;
    let isTold = false;
    for (const [at, step] of steps.entries()) {
      if (ends && !isTold) {
        isTold = true;
        this.report(unreachable(`${path}/${at}`));
      }
      const flow = this.step(step, `${path}/${at}`, { ...scope, known });
      known = flow.known;
      output = flow.output;
      ends ||= flow.ends;
    }
    return { known, ends, output };
  }

  private step(step: Step, path: string, scope: Scope): Flow {
    if (step.when !== undefined && step.use !== "if") this.expressions.expression(step.when, `${path}/when`, scope);
    let flow = isControlStep(step) ? this.control(step, path, scope) : this.plain(step, path, scope);
    if (step.pin !== undefined) flow = { ...weakenFlow(scope.known, flow), output: always(literalType(step.pin)) };
    else flow = this.handled(step, path, scope, flow);
    if (step.disabled || (step.when !== undefined && step.use !== "if")) flow = weakenFlow(scope.known, flow);
    return { ...flow, known: new Map(flow.known).set(step.id, flow.output) };
  }

  private handled(step: Step, path: string, scope: Scope, flow: Flow): Flow {
    if (step.onError === "continue") return weakenFlow(scope.known, flow);
    if (typeof step.onError !== "object") return flow;
    const seen = weaken(scope.known, flow.known);
    const names = { ...scope.names, error: errorType };
    const handler = this.list(step.onError.steps, `${path}/onError/steps`, { known: seen, names });
    return joinFlows(scope.known, [flow, handler]);
  }

  private plain(step: PlainStep, path: string, scope: Scope): Flow {
    const definition = this.deps.catalogue.get(step.use);
    if (definition === undefined) {
      this.report(unknownKind(step.use, `${path}/use`, this.deps.catalogue.keys()));
      this.expressions.value(step.with ?? {}, `${path}/with`, scope);
      return passing(scope.known, unknown);
    }
    this.connection(step, path, definition.connection?.kind);
    const effect = effectClassOf(step, definition);
    if (step.effect !== undefined && step.pin === undefined && effect !== "unkeyed" && effect !== "keyed")
      this.report(warning(`${path}/effect`, "IGNORED_FIELD", `This step is ${effect}; effect says nothing here.`));
    const given = this.expressions.expect(step.with ?? {}, definition.input, `${path}/with`, scope);
    if (step.use === "transform.set") return passing(scope.known, given);
    const { output } = definition;
    return passing(scope.known, always(typeof output === "function" ? output(step.with ?? {}) : output));
  }

  private connection(step: PlainStep, path: string, kind: string | undefined): void {
    const { connections } = this.deps;
    if (step.connection === undefined) {
      if (kind !== undefined)
        this.report(problem(path, "UNKNOWN_CONNECTION", `This step needs a connection of the kind ${kind}.`));
      return;
    }
    if (connections === undefined || connections.has(step.connection)) return;
    const message = `There is no connection ${step.connection}.`;
    this.report({
      ...problem(`${path}/connection`, "UNKNOWN_CONNECTION", message),
      ...didYouMean(step.connection, connections),
    });
  }

  private control(step: ControlStep, path: string, scope: Scope): Flow {
    const { expressions } = this;
    if (step.retry !== undefined)
      this.report(
        warning(`${path}/retry`, "IGNORED_FIELD", "Only plain steps are tried again; this has no effect here."),
      );
    switch (step.use) {
      case "if": {
        expressions.expression(step.when, `${path}/when`, scope);
        const then = this.list(step.then, `${path}/then`, scope);
        const otherwise = step.else ? this.list(step.else, `${path}/else`, scope) : passing(scope.known, nothing);
        return joinFlows(scope.known, [then, otherwise]);
      }
      case "switch":
        return this.switch(step, path, scope);
      case "forEach":
        return this.each(step, path, scope);
      case "while":
        return this.while(step, path, scope);
      case "parallel":
        return this.parallel(step, path, scope);
      case "graph":
        return this.graph(step, path, scope);
      case "try":
        return this.try(step, path, scope);
      case "wait":
        return passing(scope.known, this.wait(step, path, scope));
      case "respond":
        this.respond(step.with, `${path}/with`, scope);
        return passing(scope.known, always(nullType));
      case "return":
        if (step.output !== undefined) expressions.value(step.output, `${path}/output`, scope);
        return { known: scope.known, ends: true, output: nothing };
      case "fail":
        expressions.field(step.with.message, `${path}/with/message`, scope);
        return { known: scope.known, ends: true, output: nothing };
    }
  }

  /** An expression that must give a certain type. */
  private typed(source: string, to: typeof numberType, path: string, scope: Scope): TypeOfName {
    const found = this.expressions.expression(source, path, scope);
    const fits = isAssignable(found.schema, to);
    if (!fits.ok) this.report(wrongType(path, fits.reason));
    return found;
  }

  /** Gives the type of what comes out of a wait. */
  private wait(step: WaitStep, path: string, scope: Scope): TypeOfName {
    if (typeof step.durationMs === "string") this.typed(step.durationMs, numberType, `${path}/durationMs`, scope);
    if (typeof step.until === "string") this.instant(step.until, `${path}/until`, scope);
    if (step.approval !== undefined) {
      const { title, deadlineMs } = step.approval;
      this.expressions.field(title, `${path}/approval/title`, scope);
      if (typeof deadlineMs === "string") this.typed(deadlineMs, numberType, `${path}/approval/deadlineMs`, scope);
      return approvalType;
    }
    if (step.event === undefined) return always(nullType);
    const { timeoutMs, schema } = step.event;
    if (typeof timeoutMs === "string") this.typed(timeoutMs, numberType, `${path}/event/timeoutMs`, scope);
    const bad = schema === undefined ? [] : checkSchema(schema, `${path}/event/schema`);
    for (const one of bad) this.report(one);
    return always(bad.length > 0 ? true : (schema ?? true));
  }

  private instant(source: string, path: string, scope: Scope): void {
    const found = this.expressions.field(source, path, scope);
    const fits = isAssignable(found.schema, { type: ["string", "number"] });
    if (!fits.ok) this.report(wrongType(path, fits.reason));
    if (source.includes("{{") || instantOf(source) !== undefined) return;
    const suggestion = 'Write it with its zone, as in "2026-12-24T18:00:00Z" or "2026-12-24T18:00:00+01:00".';
    this.report({ ...wrongType(path, "This is no instant in ISO 8601."), suggestion });
  }

  private respond(given: Extract<ControlStep, { use: "respond" }>["with"], path: string, scope: Scope): void {
    if (given.status !== undefined) this.expressions.expect(given.status, integerType, `${path}/status`, scope);
    for (const [name, value] of Object.entries(given.headers ?? {}))
      this.expressions.expect(
        value,
        { type: ["string", "number", "boolean", "null"] },
        `${path}/headers/${name}`,
        scope,
      );
    if (given.body !== undefined) this.expressions.value(given.body, `${path}/body`, scope);
  }

  private switch(step: SwitchStep, path: string, scope: Scope): Flow {
    this.expressions.expression(step.value, `${path}/value`, scope);
    const flows = step.cases.map(({ is, steps }, at) => {
      this.expressions.value(is, `${path}/cases/${at}/is`, scope);
      return this.list(steps, `${path}/cases/${at}/steps`, scope);
    });
    const rest = step.default ? this.list(step.default, `${path}/default`, scope) : passing(scope.known, nothing);
    return joinFlows(scope.known, [...flows, rest]);
  }

  private each(step: ForEachStep, path: string, scope: Scope): Flow {
    const items = this.typed(step.items, listOf(true), `${path}/items`, scope);
    const item = itemType(items.schema);
    const type = step.batch === undefined ? item : listOf(item);
    const inside = this.loopScope(step.as, always(type), `${path}/as`, this.insideLoop(step, scope));
    const body = this.list(step.steps, `${path}/steps`, inside);
    const collected =
      step.collect === undefined
        ? body.output
        : this.expressions.value(step.collect, `${path}/collect`, { ...inside, known: body.known });
    return passing(scope.known, always(listOf(orNull(collected))));
  }

  private while(step: WhileStep, path: string, scope: Scope): Flow {
    const around = this.insideLoop(step, scope);
    const inside = step.as === undefined ? around : this.loopScope(step.as, unknown, `${path}/as`, around);
    this.expressions.expression(step.condition, `${path}/condition`, inside);
    const body = this.list(step.steps, `${path}/steps`, inside);
    const last = joinTypes([always(nullType), { schema: orNull(body.output), presence: "always" }]);
    return passing(
      scope.known,
      always(
        objectOf([
          ["rounds", always(integerType)],
          ["last", last],
        ]),
      ),
    );
  }

  /** The loop's own waits have addresses only inside it: each round has another one. */
  private insideLoop(step: ForEachStep | WhileStep, scope: Scope): Scope {
    const waits = waitIdsOf(step.steps);
    const run = scope.names.run ?? this.expressions.base.run;
    return waits.length === 0 || run === undefined
      ? scope
      : { known: scope.known, names: { ...scope.names, run: withResumeUrls(run, waits) } };
  }

  private loopScope(as: string, type: TypeOfName, path: string, scope: Scope): Scope {
    if (reserved.has(as))
      this.report({
        ...problem(path, "RESERVED_NAME", `The name ${as} means something else in every expression.`),
        suggestion: "Use another name, such as item.",
      });
    return { known: scope.known, names: { ...scope.names, [as]: type, [`${as}Index`]: always(integerType) } };
  }

  private parallel(step: ParallelStep, path: string, scope: Scope): Flow {
    const names = Object.keys(step.branches);
    const needed = step.join === "any" ? 1 : typeof step.join === "number" ? step.join : names.length;
    if (needed > names.length)
      this.report({
        ...wrongType(`${path}/join`, `There are only ${names.length} branches to wait for.`),
        suggestion: `Use a number up to ${names.length}, or "all".`,
      });
    const flows = Object.entries(step.branches).map(([name, steps]) =>
      this.list(steps, `${path}/branches/${name}`, scope),
    );
    const isAll = needed >= names.length;
    const known = mergeFlows(scope.known, flows);
    const members = names.map((name, at): [string, TypeOfName] => {
      const type = always(orNull(flows[at]?.output ?? nothing));
      return [name, isAll ? type : asMaybe(type)];
    });
    return {
      known: isAll ? known : weaken(scope.known, known),
      ends: isAll ? flows.some((flow) => flow.ends) : flows.every((flow) => flow.ends),
      output: always(objectOf(members)),
    };
  }

  private graph(step: GraphStep, path: string, scope: Scope): Flow {
    const { order, problems } = orderGraph(step, path);
    for (const one of problems) this.report(one);
    const flows = new Map<string, Flow>();
    for (const at of order) {
      const child = step.steps[at];
      if (child === undefined) continue;
      const before = (child.after ?? []).flatMap((id) => flows.get(id) ?? []);
      if (before.some((flow) => flow.ends)) this.report(unreachable(`${path}/steps/${at}`));
      const known = mergeFlows(scope.known, before);
      flows.set(child.id, this.step(child, `${path}/steps/${at}`, { ...scope, known }));
    }
    const all = [...flows.values()];
    const members = step.steps.map(({ id }): [string, TypeOfName] => [id, flows.get(id)?.output ?? nothing]);
    return {
      known: mergeFlows(scope.known, all),
      ends: all.some((flow) => flow.ends),
      output: always(objectOf(members)),
    };
  }

  private try(step: TryStep, path: string, scope: Scope): Flow {
    const body = this.list(step.steps, `${path}/steps`, scope);
    const seen = weaken(scope.known, body.known);
    const names = { ...scope.names, error: errorType };
    const handler = step.catch && this.list(step.catch, `${path}/catch`, { known: seen, names });
    const joined = handler ? joinFlows(scope.known, [body, handler]) : body;
    if (step.finally === undefined) return joined;
    const beforeFinally = weaken(scope.known, joined.known);
    const cleanup = this.list(step.finally, `${path}/finally`, { known: beforeFinally, names: scope.names });
    const known = new Map(joined.known);
    for (const [id, type] of cleanup.known) if (!beforeFinally.has(id)) known.set(id, type);
    return { known, ends: joined.ends || cleanup.ends, output: joined.output };
  }
}

const passing = (known: Known, output: TypeOfName): Flow => ({ known, ends: false, output });

/** What a list holds, as far as its schema tells. */
function itemType(schema: TypeOfName["schema"]): TypeOfName["schema"] {
  if (typeof schema !== "object") return true;
  if (schema.items !== undefined) return schema.items;
  return true;
}
