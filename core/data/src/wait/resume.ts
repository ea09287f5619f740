import { isTerminal, type Json } from "@dap/contract";
import { validate } from "@dap/engine";
import { Failure } from "@dap/platform/failure";
import type { PlanCache, RunRow } from "@dap/run";
import { sql } from "drizzle-orm";
import type { DataDeps } from "../deps";
import { ok, toResponse } from "../http/answer";
import { notFound } from "../http/perform";
import { announce } from "../run/start-route";
import { readEventBody } from "./event-body";

/** HEAD has no route: who only looks is answered like a stranger. GET and OPTIONS have one to be told what to send. */
export const resumeMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** Mail scanners and link previews follow every address that they see with these; a state never changes on them. */
const lookingMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Ends a wait with what its caller says. The token alone is the permission. Answers 200 once; then 409 `WAIT_ANSWERED`, or
 * 410 `WAIT_OVER` when the wait ran out or the run has ended; 422 `EVENT_REFUSED` leaves the token good.
 */
export async function resumeByUrl(
  deps: DataDeps,
  planOf: PlanCache,
  request: Request,
  token: string,
): Promise<Response> {
  const wait = deps.resumeTokens.read(token);
  if (wait === undefined) throw notFound();
  if (lookingMethods.has(request.method)) throw methodRefused();
  const run = await findRun(deps, wait.runId);
  if (run === undefined) throw notFound();
  if (isTerminal(run.status)) throw over();
  const body = await readEventBody(request);
  checkBody(await planOf(run.teamId, run.workflowId, run.version), wait.stepKey, body);
  const answer = { kind: "eventReceived", stepKey: wait.stepKey, body } as const;
  switch (await deps.runStore.answerWait(run.teamId, run.id, answer)) {
    case "answered":
      deps.wakeRelay();
      void announce(deps, run.teamId, run.id);
      return toResponse(ok({ received: true }));
    case "taken":
      throw new Failure("WAIT_ANSWERED", 409, "This address has been used already.");
    case "expired":
    case "ended":
      throw over();
    case "missing":
      throw notFound();
  }
}

const over = () => new Failure("WAIT_OVER", 410, "Nobody waits here any more.");

const methodRefused = () =>
  new Failure("METHOD_NOT_ALLOWED", 405, "Send your answer to this address with POST.", {
    headers: { allow: "POST, PUT, PATCH, DELETE" },
  });

/** The token names the run; whose it is, only the database knows. */
async function findRun({ systemDb, runStore }: DataDeps, runId: string): Promise<RunRow | undefined> {
  const [owner] = await systemDb.execute<{ team_id: string }>(sql`select team_id from run where id = ${runId}::uuid`);
  return owner && runStore.findRun(owner.team_id, runId);
}

function checkBody(plan: Awaited<ReturnType<PlanCache>>, stepKey: string, body: Json): void {
  const schema = plan?.steps.get(stepKey.split("/", 1)[0] ?? "")?.eventSchema;
  const violations = schema ? validate(schema, body) : [];
  if (violations.length === 0) return;
  const problems = violations.map(({ path, message }) => ({
    path,
    code: "EVENT",
    message,
    severity: "error" as const,
  }));
  throw new Failure("EVENT_REFUSED", 422, "The body does not fit what the workflow waits for.", { problems });
}
