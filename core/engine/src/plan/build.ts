import {
  type ControlStep,
  type ForEachStep,
  type GraphStep,
  isControlStep,
  type Json,
  type ParallelStep,
  type PlainStep,
  type Step,
  type StepCatalogue,
  type SwitchStep,
  type WaitStep,
  type Workflow,
} from "@dap/contract";
import { compileValue, type Evaluate } from "@dap/expression";
import { toRetryPolicy } from "../retry";
import { createApproval } from "../run/approval";
import type { Block } from "../run/block";
import { createIf, createSwitch } from "../run/branch";
import { createCall } from "../run/call";
import { createEach } from "../run/each";
import { createFail, createRespond, createReturn } from "../run/end";
import { createEventWait } from "../run/event-wait";
import { createGroup } from "../run/group";
import { attemptMsDefault, waitMsMax } from "../run/limit";
import { createList } from "../run/list";
import { createPinned, createPlain } from "../run/plain";
import { createTry, trySlots } from "../run/try";
import { createWait, createWaitUntil } from "../run/wait";
import { createWhile } from "../run/while";
import { createForgiven, createGuarded, createHandled, createNamed, createTimed, createTraced } from "../run/wrap";
import { compileSchema } from "../schema/compile-schema";
import { durabilityOf } from "./durability";
import { effectClassOf, unknownPolicyOf } from "./effect-class";
import type { Plan, PlanStep, ResumeUrl } from "./plan";
import { idsOfScope, isEventWait, waitIdsOf } from "./scope";
import { inputPlaceOf, inputSchemaOf } from "./trigger";

/** Makes the plan of a document in which the checker found no error. */
export function buildPlan(document: Workflow, catalogue: StepCatalogue, resumeUrl?: ResumeUrl): Plan {
  const builder = new Builder(catalogue);
  const root = builder.list(document.steps, { route: [], loops: 0 });
  const input = inputSchemaOf(document.trigger);
  return {
    document,
    durability: durabilityOf(document, catalogue),
    ...(input !== undefined && { inputSchema: compileSchema(input) }),
    inputPlace: inputPlaceOf(document.trigger),
    steps: builder.steps,
    root,
    output: document.output === undefined ? undefined : compiled(document.output),
    waits: waitIdsOf(document.steps),
    resumeUrl,
    givesLinks: [...builder.steps.values()].some((step) => step.hasMail),
  };
}

/** Where steps stand: the children to follow from the root, and how many loops are around. */
type Place = { readonly route: readonly number[]; readonly loops: number };

const below = ({ route, loops }: Place, slot: number): Place => ({ route: [...route, slot], loops });
const inLoop = ({ route, loops }: Place): Place => ({ route, loops: loops + 1 });

class Builder {
  readonly steps = new Map<string, PlanStep>();
  constructor(private readonly catalogue: StepCatalogue) {}

  list(steps: readonly Step[], place: Place): Block {
    return createList(steps.map((step, at) => this.step(step, below(place, at))));
  }

  private step(step: Step, place: Place): Block {
    const handler = typeof step.onError === "object" ? step.onError.steps : undefined;
    const inside = handler ? below(place, 0) : place;
    // Filled in once the blocks below are known; they ask for it only when they run.
    const planned: { -readonly [Key in keyof PlanStep]: PlanStep[Key] } = this.planStep(step, place);
    this.steps.set(step.id, planned);
    let block = isControlStep(step)
      ? createTraced(planned, this.control(step, planned, inside))
      : this.plain(step, planned);
    if (isControlStep(step) && step.timeoutMs !== undefined && !block.isPure)
      block = createTimed(planned, step.timeoutMs, block);
    if (step.onError === "continue") block = createForgiven(block);
    if (handler) block = createHandled(block, this.list(handler, below(place, 1)));
    if (step.pin !== undefined) block = createPinned(planned, step.pin);
    if (step.disabled) block = createGuarded(planned, undefined, block);
    else if (step.when !== undefined && step.use !== "if") block = createGuarded(planned, compiled(step.when), block);
    planned.isPure = block.isPure;
    return createNamed(planned, block);
  }

  private planStep(step: Step, place: Place): PlanStep {
    const common = {
      id: step.id,
      use: step.use,
      isPure: true,
      timeoutMs: step.timeoutMs ?? attemptMsDefault,
      hasMail: isEventWait(step),
      ...place,
    };
    if (isControlStep(step)) {
      const schema = step.use === "wait" ? step.event?.schema : undefined;
      const approval = step.use === "wait" ? step.approval : undefined;
      const { approvers = [], needed = 1 } = approval ?? {};
      const own = {
        ...(schema !== undefined && { eventSchema: compileSchema(schema) }),
        ...(approval !== undefined && { approval: { approvers, needed } }),
      };
      return { ...common, ...own, isControl: true, effect: "pure", policy: "retry", retry: undefined };
    }
    const definition = this.catalogue.get(step.use);
    return {
      ...common,
      isControl: false,
      ...(step.connection !== undefined && { connection: step.connection }),
      effect: definition ? effectClassOf(step, definition) : "unkeyed",
      policy: unknownPolicyOf(step),
      retry: step.retry && toRetryPolicy(step.retry),
    };
  }

  private plain(step: PlainStep, planned: PlanStep): Block {
    const input = compiled(step.with ?? {});
    const compute = this.catalogue.get(step.use)?.compute;
    if (planned.effect !== "pure") return createCall(planned, input);
    return createPlain(planned, input, step.use === "transform.set" ? undefined : compute);
  }

  private control(step: ControlStep, planned: PlanStep, place: Place): Block {
    const { id } = step;
    switch (step.use) {
      case "if": {
        const lists = [step.then, ...(step.else ? [step.else] : [])];
        return createIf(id, compiled(step.when), this.lists(lists, place));
      }
      case "switch":
        return this.switch(step, place);
      case "forEach":
        return this.each(step, planned, place);
      case "while":
        return createWhile(planned, {
          condition: compiled(step.condition),
          as: step.as,
          roundsMax: step.roundsMax,
          body: this.list(step.steps, inLoop(place)),
          waits: waitIdsOf(step.steps),
        });
      case "parallel":
        return this.parallel(step, place);
      case "graph":
        return this.graph(step, place);
      case "try":
        return createTry({
          steps: this.list(step.steps, below(place, trySlots.steps)),
          handler: step.catch && this.list(step.catch, below(place, trySlots.catch)),
          cleanup: step.finally && this.list(step.finally, below(place, trySlots.finally)),
        });
      case "wait":
        return waitBlock(step, planned);
      case "respond":
        return createRespond(id, compiled(step.with));
      case "return":
        return createReturn(id, step.output === undefined ? undefined : compiled(step.output));
      case "fail":
        return createFail(id, step.with.code ?? "FAILED", compiled(step.with.message));
    }
  }

  private lists(lists: readonly (readonly Step[])[], place: Place): Block[] {
    return lists.map((steps, slot) => this.list(steps, below(place, slot)));
  }

  private switch(step: SwitchStep, place: Place): Block {
    const lists = [...step.cases.map(({ steps }) => steps), ...(step.default ? [step.default] : [])];
    const cases = step.cases.map(({ is }) => compiled(is));
    return createSwitch(step.id, compiled(step.value), cases, this.lists(lists, place));
  }

  private each(step: ForEachStep, planned: PlanStep, place: Place): Block {
    return createEach(planned, {
      items: compiled(step.items),
      as: step.as,
      concurrency: step.concurrency ?? 1,
      batch: step.batch,
      collect: step.collect === undefined ? undefined : compiled(step.collect),
      body: this.list(step.steps, inLoop(place)),
      bodyIds: idsOfScope(step.steps),
      waits: waitIdsOf(step.steps),
    });
  }

  private parallel(step: ParallelStep, place: Place): Block {
    const names = Object.keys(step.branches);
    const needed = step.join === "any" ? 1 : typeof step.join === "number" ? step.join : names.length;
    const blocks = this.lists(Object.values(step.branches), place);
    return createGroup({ names, blocks, after: names.map(() => []), needed, showsMissing: true });
  }

  private graph(step: GraphStep, place: Place): Block {
    const names = step.steps.map(({ id }) => id);
    const after = step.steps.map((child) => (child.after ?? []).map((id) => names.indexOf(id)));
    const blocks = step.steps.map((child, slot) => this.step(child, below(place, slot)));
    return createGroup({ names, blocks, after, needed: names.length, showsMissing: false });
  }
}

/** The parser has seen that a wait names one way to wait. */
function waitBlock(step: WaitStep, planned: PlanStep): Block {
  if (step.until !== undefined) return createWaitUntil(planned, compiled(step.until));
  if (step.event !== undefined) return createEventWait(planned, compiled(step.event.timeoutMs ?? waitMsMax));
  if (step.approval !== undefined) {
    const { title, deadlineMs = waitMsMax, approvers = [], needed = 1 } = step.approval;
    return createApproval(planned, { title: compiled(title), deadline: compiled(deadlineMs), approvers, needed });
  }
  return createWait(planned, compiled(step.durationMs ?? 0));
}

/** The checker has seen this value, so it compiles. */
function compiled(value: Json): Evaluate {
  const result = compileValue(value);
  if (result.kind === "refused") throw new Error(`unchecked document: ${result.problems[0]?.message ?? ""}`);
  return result.evaluate;
}
