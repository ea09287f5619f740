/**
 * A stand-in for the platform behind the webapp, in memory: the routes of the public API and the realtime protocol.
 * For development (`bun web/test/dev.ts`), browser tests and pictures. It checks little and forgets everything.
 */
import { type DocumentProblem, parseWorkflow, type Workflow } from "@dap/contract";
import { playRun } from "./fake-run";
import {
  addTeam,
  addWorkflow,
  detailOf,
  type FakeAccount,
  type FakeStore,
  type FakeWorkflow,
  publish,
  rotate,
  summaryOf,
} from "./fake-store";

export type FakeApiOptions = {
  readonly store: FakeStore;
  readonly origin: () => string;
  /** Milliseconds that a step takes in runs started now. */
  readonly stepMs: number;
  /** Seconds that an access token is good for. */
  readonly accessSeconds?: number;
};

type Context = { readonly request: Request; readonly url: URL; readonly options: FakeApiOptions };

/** Answers a request below `/api/v1`. */
export async function fakeApi(request: Request, options: FakeApiOptions): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.replace(/^\/api\/v1/, "");
  const context = { request, url, options };
  if (path.startsWith("/auth/")) return auth(path.slice(6), context);
  const account = accountOf(request, options.store);
  if (!account) return problem(401, "UNAUTHENTICATED", "Log in first.");
  if (path === "/realtime/tickets") return ticket(options.store);
  if (path === "/teams") return json({ items: account.teams, nextCursor: null });
  const [, , teamId, kind, id, verb, extra] = path.split("/");
  if (!account.teams.some((team) => team.id === teamId)) return problem(404, "NOT_FOUND", "No such team.");
  if (kind === "workflows") return workflows(context, teamId ?? "", id, [verb, extra].filter(Boolean).join("/"));
  if (kind === "runs") return runs(context, teamId ?? "", id, verb);
  return problem(404, "NOT_FOUND", "No such thing.");
}

const json = (value: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json", ...headers } });

export const problem = (status: number, code: string, detail: string, problems?: readonly DocumentProblem[]) =>
  new Response(
    JSON.stringify({
      type: "about:blank",
      title: code,
      status,
      code,
      detail,
      requestId: "fake",
      ...(problems ? { problems } : {}),
    }),
    { status, headers: { "content-type": "application/problem+json" } },
  );

const tokenOf = (account: FakeAccount, seconds: number) => {
  const claims = { sub: account.id, email: account.email, exp: Math.floor(Date.now() / 1000) + seconds };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
};

function accountOf(request: Request, store: FakeStore): FakeAccount | undefined {
  const token = request.headers.get("authorization")?.replace("Bearer ", "").split(".")[1] ?? "";
  const claims = token
    ? (JSON.parse(Buffer.from(token, "base64url").toString()) as { email: string; exp: number })
    : undefined;
  return claims && claims.exp * 1000 > Date.now() ? store.accounts.get(claims.email) : undefined;
}

async function auth(path: string, { request, options }: Context): Promise<Response> {
  const { store, accessSeconds = 300 } = options;
  const body = (await request.json().catch(() => ({}))) as Record<string, string>;
  const grant = (account: FakeAccount) => {
    const refresh = crypto.randomUUID();
    store.refreshTokens.set(refresh, account);
    return json(
      {
        accessToken: tokenOf(account, accessSeconds),
        expiresInSeconds: accessSeconds,
        account: { id: account.id, email: account.email },
      },
      200,
      { "set-cookie": `dap_refresh=${refresh}; Path=/; HttpOnly; SameSite=Strict; Max-Age=604800` },
    );
  };
  const given = request.headers.get("cookie")?.match(/dap_refresh=([^;]+)/)?.[1] ?? "";
  const holder = store.refreshTokens.get(given);
  switch (path) {
    case "login": {
      const account = store.accounts.get(body.email ?? "");
      return account && account.password === body.password
        ? grant(account)
        : problem(401, "LOGIN_REFUSED", "The email address or the password is wrong.");
    }
    case "register": {
      const { email = "", name = "", password = "" } = body;
      if (store.accounts.has(email)) return problem(409, "EMAIL_TAKEN", "There is an account with this email address.");
      store.accounts.set(email, {
        id: Bun.randomUUIDv7(),
        email,
        name,
        password,
        teams: [addTeam(`${name}'s team`, `team-${store.accounts.size}`)],
      });
      return json({ id: email }, 201);
    }
    case "refresh": {
      store.refreshTokens.delete(given);
      return holder ? grant(holder) : problem(401, "REFRESH_REFUSED", "Log in again.");
    }
    default:
      store.refreshTokens.delete(given);
      return new Response(null, { status: 204, headers: { "set-cookie": "dap_refresh=; Path=/; Max-Age=0" } });
  }
}

function ticket(store: FakeStore): Response {
  const ticket = crypto.randomUUID();
  store.tickets.add(ticket);
  return json({ ticket }, 201);
}

const shown = ({ versions: _, ...workflow }: FakeWorkflow) => workflow;
const listed = ({ versions: _, draft: __, problems, ...rest }: FakeWorkflow) => ({
  ...rest,
  problemCount: problems.length,
});
const answerOf = (workflow: FakeWorkflow, status = 200) =>
  json(shown(workflow), status, { etag: `"${workflow.draftVersion}"` });

async function workflows(context: Context, teamId: string, id: string | undefined, verb: string): Promise<Response> {
  const { request, options } = context;
  const { store } = options;
  const body = request.method === "GET" ? {} : ((await request.json().catch(() => ({}))) as Record<string, unknown>);
  if (id === undefined) {
    if (request.method === "POST") {
      const parsed = parseWorkflow(body.document);
      if (parsed.kind === "refused")
        return problem(422, "DOCUMENT_REFUSED", "This is not a workflow document.", parsed.problems);
      return answerOf(addWorkflow(store, teamId, parsed.workflow), 201);
    }
    const items = [...store.workflows.values()].filter((workflow) => workflow.teamId === teamId).reverse();
    return json({ items: items.map(listed), nextCursor: null });
  }
  const workflow = store.workflows.get(id);
  if (workflow?.teamId !== teamId) return problem(404, "NOT_FOUND", "No such workflow.");
  return workflowVerb(context, workflow, verb, body);
}

async function workflowVerb(
  { request, options }: Context,
  workflow: FakeWorkflow,
  verb: string,
  body: Record<string, unknown>,
) {
  const { store, origin } = options;
  switch (verb) {
    case "":
      if (request.method === "DELETE") {
        store.workflows.delete(workflow.id);
        return new Response(null, { status: 204 });
      }
      return answerOf(workflow);
    case "draft":
      return saveDraft(request, workflow, body);
    case "check":
      return json({ problems: problemsOf(body.document ?? workflow.draft) });
    case "publish": {
      const problems = problemsOf(workflow.draft).filter(({ severity }) => severity === "error");
      if (problems.length > 0) return problem(422, "DOCUMENT_REFUSED", "The draft has problems.", problems);
      publish(workflow, origin(), typeof body.note === "string" ? body.note : undefined);
      return json({ version: workflow.activeVersion, endpoint: workflow.endpoint });
    }
    case "versions":
      return json({
        items: workflow.versions.map((item) => ({ ...item, active: item.version === workflow.activeVersion })),
        nextCursor: null,
      });
    case "rollback":
      workflow.activeVersion = Number(body.version);
      return json({ version: workflow.activeVersion, endpoint: workflow.endpoint });
    case "pause":
    case "resume":
      workflow.paused = verb === "pause";
      return answerOf(workflow);
    case "endpoint/rotate":
      rotate(workflow, origin());
      return json(workflow.endpoint);
    case "export":
      return new Response(JSON.stringify(workflow.draft, null, 2), {
        headers: { "content-type": "application/json", "content-disposition": `attachment; filename="workflow.json"` },
      });
    case "runs": {
      const { input = null, draft = false } = body as { input?: null; draft?: boolean };
      return json({ runId: playRun(store, workflow, { input, draft, stepMs: options.stepMs }).id }, 202);
    }
    default:
      return problem(404, "NOT_FOUND", "No such thing.");
  }
}

function saveDraft(request: Request, workflow: FakeWorkflow, body: unknown): Response {
  const match = request.headers.get("if-match");
  if (match === null) return problem(428, "PRECONDITION_REQUIRED", "Say which draft you read.");
  if (match !== `"${workflow.draftVersion}"`) return problem(412, "DRAFT_CHANGED", "Somebody else changed this draft.");
  const parsed = parseWorkflow(body);
  if (parsed.kind === "refused")
    return problem(422, "DOCUMENT_REFUSED", "This does not fit the document's structure.", parsed.problems);
  workflow.draft = parsed.workflow;
  workflow.name = parsed.workflow.name;
  workflow.draftVersion += 1;
  workflow.problems = problemsOf(parsed.workflow);
  workflow.updatedAt = new Date().toISOString();
  return answerOf(workflow);
}

/** Structure, and two checks in the manner of the real checker: unknown steps in expressions, unknown `use`. */
export function problemsOf(document: unknown): DocumentProblem[] {
  const parsed = parseWorkflow(document);
  if (parsed.kind === "refused") return [...parsed.problems];
  const ids = new Set(JSON.stringify(document).match(/(?<="id":")\w+/g) ?? []);
  const problems: DocumentProblem[] = [];
  visit(parsed.workflow, "", (text, path) => {
    for (const [, id = ""] of text.matchAll(/steps\.(\w+)/g))
      if (!ids.has(id))
        problems.push({
          path,
          code: "UNKNOWN_STEP",
          message: `There is no step "${id}".`,
          severity: "error",
          suggestion: `Use one of: ${[...ids].join(", ")}.`,
        });
    if (path.endsWith("/use") && text.includes(".") && !/^(http|transform|list|data|time|random)\./.test(text))
      problems.push({
        path,
        code: "UNKNOWN_USE",
        message: `There is no step of kind "${text}".`,
        severity: "error",
        suggestion: "Did you mean http.request?",
      });
  });
  return problems;
}

function visit(value: unknown, path: string, see: (text: string, path: string) => void): void {
  if (typeof value === "string") see(value, path);
  else if (typeof value === "object" && value !== null)
    for (const [key, member] of Object.entries(value)) visit(member, `${path}/${key}`, see);
}

function runs(
  { request, url, options }: Context,
  teamId: string,
  id: string | undefined,
  verb: string | undefined,
): Response {
  const { store } = options;
  if (id === undefined) {
    const status = url.searchParams.get("status");
    const workflowId = url.searchParams.get("workflowId");
    const items = [...store.runs.values()]
      .filter(
        (run) =>
          run.teamId === teamId && (!status || run.status === status) && (!workflowId || run.workflowId === workflowId),
      )
      .sort((a, b) => b.createdAtMs - a.createdAtMs);
    return json({ items: items.map(summaryOf), nextCursor: null });
  }
  const run = store.runs.get(id);
  if (run?.teamId !== teamId) return problem(404, "NOT_FOUND", "No such run.");
  if (verb === "events") {
    const after = Number(url.searchParams.get("after") ?? 0);
    const limit = Number(url.searchParams.get("limit") ?? 200);
    return json({ items: run.events.filter(({ seq }) => seq > after).slice(0, limit), nextCursor: null });
  }
  if (verb === "cancel" && request.method === "POST") run.cancel();
  return json(detailOf(run), verb === "cancel" ? 202 : 200);
}

export type { Workflow };
