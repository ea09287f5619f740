import type { ServerWebSocket } from "bun";
import type { RunEvent, RunResource, StepStatus, WorkflowResource } from "./protocol";

/**
 * A small stand-in for the platform's API on loopback, for tests and the demo page. The workflow's id chooses what
 * happens: `order` succeeds, `fail` fails at its third step, `button` asks for nothing, `slow` runs until cancelled.
 */
export type FakePlatform = {
  readonly url: string;
  /** Bodies of accepted runs, newest last. */
  readonly started: { input: unknown; key: string | null; bearer: string | null }[];
  /** Topics asked for over realtime, with the number after which to resume. */
  readonly subscriptions: { topic: string; after: number }[];
  /** What CSP complained about, as the browser reported it. */
  readonly cspReports: string[];
  /** Tokens that are refused from now on. */
  readonly expired: Set<string>;
  /** Switches: how the server behaves from now on. */
  readonly mode: { realtime: "on" | "off" | "dropsOnce"; stepMs: number; refusal: object | undefined };
  readonly stop: () => void;
};

type Run = {
  id: string;
  workflow: string;
  status: RunResource["status"];
  events: RunEvent[];
  createdAtMs: number;
  endedAtMs: number;
};
type Socket = ServerWebSocket<{ topics: Map<string, number> }>;

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self' ws://127.0.0.1:*",
  "img-src 'self'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
  "report-uri /csp",
].join("; ");

export function startFakePlatform(files: ReadonlyMap<string, string>, demoDir: string): FakePlatform {
  const runs = new Map<string, Run>();
  const sockets = new Set<Socket>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const platform = {
    started: [] as FakePlatform["started"],
    subscriptions: [] as FakePlatform["subscriptions"],
    cspReports: [] as string[],
    expired: new Set<string>(),
    mode: { realtime: "on", stepMs: 60, refusal: undefined } as FakePlatform["mode"],
  };
  const { mode } = platform;

  const push = (run: Run, event: RunEvent) => {
    run.events.push(event);
    for (const socket of sockets) send(socket, run);
  };
  const send = (socket: Socket, run: Run) => {
    const topic = `run/${run.id}`;
    const after = socket.data.topics.get(topic);
    if (after === undefined) return;
    for (let seq = after + 1; seq <= run.events.length; seq += 1) {
      socket.data.topics.set(topic, seq);
      socket.send(
        JSON.stringify({
          kind: "message",
          topic,
          message: { kind: "runEvent", runId: run.id, seq, event: run.events[seq - 1] },
        }),
      );
      if (mode.realtime === "dropsOnce" && seq === 3) {
        mode.realtime = "on";
        socket.close();
        return;
      }
    }
  };
  const play = (run: Run, at: number) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      const step = idsIn(run.workflow)[at];
      const isFailing = run.workflow === "fail" && at === 2;
      if (run.status === "cancelling") finish(run, { status: "cancelled" });
      else if (step === undefined) finish(run, { status: "succeeded" });
      else if (isFailing) {
        push(run, { kind: "stepFailed", stepKey: step });
        finish(run, { status: "failed", stepKey: step });
      } else {
        if (!(run.workflow === "slow" && at === 2)) push(run, { kind: "stepSucceeded", stepKey: step });
        play(run, run.workflow === "slow" && at === 2 ? at : at + 1);
      }
    }, mode.stepMs);
    timers.add(timer);
  };
  const finish = (run: Run, outcome: NonNullable<RunEvent["outcome"]>) => {
    run.status = outcome.status;
    run.endedAtMs = Date.now();
    push(run, { kind: "ended", outcome });
  };
  const start = (workflow: string): Run => {
    const run: Run = {
      id: crypto.randomUUID(),
      workflow,
      status: "running",
      events: [],
      createdAtMs: Date.now(),
      endedAtMs: 0,
    };
    runs.set(run.id, run);
    push(run, { kind: "accepted" });
    play(run, 0);
    return run;
  };

  const api = async (request: Request, path: string): Promise<Response> => {
    const bearer = request.headers.get("authorization");
    if (!bearer || platform.expired.has(bearer))
      return problem(401, "UNAUTHENTICATED", "The token is missing or has ended.");
    if (path === "/realtime/tickets") {
      return mode.realtime === "off" ? problem(503, "UNAVAILABLE", "Not now.") : Response.json({ ticket: "t" });
    }
    const [, collection = "", id = "", action = ""] = path.match(/^\/teams\/[^/]+\/(\w+)\/([^/]+)(?:\/(\w+))?$/) ?? [];
    if (collection === "workflows" && action === "") {
      const resource = workflows[id];
      return resource ? Response.json(resource) : problem(404, "NOT_FOUND", "There is no such workflow.");
    }
    if (collection === "workflows" && action === "runs") {
      const { input } = (await request.json()) as { input: unknown };
      if (mode.refusal) return problem(422, "INVALID_INPUT", "The input does not fit.", mode.refusal);
      platform.started.push({ input, key: request.headers.get("idempotency-key"), bearer });
      return Response.json({ runId: start(id).id }, { status: 202 });
    }
    const run = runs.get(id);
    if (!run) return problem(404, "NOT_FOUND", "There is no such run.");
    if (action === "cancel") {
      run.status = "cancelling";
      return Response.json({}, { status: 202 });
    }
    return Response.json(resourceOf(run));
  };

  const server = Bun.serve<{ topics: Map<string, number> }>({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request, server) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/realtime") {
        return server.upgrade(request, { data: { topics: new Map() } })
          ? undefined
          : new Response(null, { status: 400 });
      }
      if (pathname === "/csp") {
        platform.cspReports.push(await request.text());
        return new Response(null, { status: 204 });
      }
      if (pathname.startsWith("/api/v1")) return api(request, pathname.slice("/api/v1".length));
      const script = files.get(pathname.slice(1));
      if (script !== undefined) return new Response(script, { headers: { "content-type": "text/javascript" } });
      if (pathname === "/favicon.ico") return new Response(null, { status: 204 });
      const file = Bun.file(`${demoDir}${pathname === "/" ? "/index.html" : pathname.replaceAll("..", "")}`);
      return (await file.exists())
        ? new Response(file, { headers: { "content-security-policy": policy } })
        : new Response(null, { status: 404 });
    },
    websocket: {
      open: (socket) => void sockets.add(socket),
      close: (socket) => void sockets.delete(socket),
      message: (socket, text) => {
        const { topic, after = 0 } = JSON.parse(String(text)) as { topic: string; after?: number };
        platform.subscriptions.push({ topic, after });
        const run = runs.get(topic.replace("run/", ""));
        if (!run) return void socket.send(JSON.stringify({ kind: "refused", topic, code: "NOT_FOUND" }));
        socket.data.topics.set(topic, after);
        socket.send(JSON.stringify({ kind: "subscribed", topic, seq: run.events.length }));
        send(socket, run);
      },
    },
  });
  const stop = () => {
    for (const timer of timers) clearTimeout(timer);
    server.stop(true);
  };
  return { ...platform, url: server.url.href.replace(/\/$/, ""), stop };
}

const problem = (status: number, code: string, detail: string, more: object = {}) =>
  Response.json({ type: "about:blank", title: code, status, code, detail, requestId: "r", ...more }, { status });

const idsIn = (workflow: string): string[] => (workflows[workflow]?.draft.steps ?? []).map(({ id }) => id);

function resourceOf(run: Run): RunResource {
  const done = run.events.flatMap(({ kind, stepKey }) => (kind === "stepSucceeded" && stepKey ? [stepKey] : []));
  const failed = run.events.find(({ kind }) => kind === "stepFailed")?.stepKey;
  const statusOf = (id: string): StepStatus =>
    done.includes(id)
      ? "succeeded"
      : id === failed
        ? "failed"
        : run.status === "cancelled"
          ? "cancelled"
          : run.status === "failed"
            ? "skipped"
            : "waiting";
  return {
    id: run.id,
    workflowName: workflows[run.workflow]?.name ?? "",
    status: run.status,
    output: run.status === "succeeded" ? output : null,
    error:
      run.status === "failed"
        ? {
            code: "HTTP_STATUS",
            message: "The receiver answered with status 503.",
            retryable: true,
            ...(failed && { stepKey: failed }),
          }
        : null,
    lastSeq: run.events.length,
    createdAt: new Date(run.createdAtMs).toISOString(),
    endedAt: run.endedAtMs ? new Date(run.endedAtMs).toISOString() : null,
    steps: idsIn(run.workflow).map((stepId, index) => {
      const status = statusOf(stepId);
      const isTimed = status === "succeeded" || status === "failed";
      const startedAtMs = run.createdAtMs + index * 240;
      return {
        stepKey: stepId,
        stepId,
        status,
        ...(isTimed && { startedAtMs, endedAtMs: startedAtMs + 90 + index * 310 }),
      };
    }),
  };
}

const output = {
  orderNumber: "A-2041",
  total: 1284.5,
  paid: true,
  invoice: "https://example.com/invoice/A-2041",
  note: "<img src=x onerror=alert(1)>",
  lines: [
    { article: "Espresso machine", quantity: 1, price: 1199 },
    { article: "Filter baskets", quantity: 3, price: 28.5 },
  ],
};

const steps = [
  { id: "checkStock", use: "http.request" },
  { id: "price", use: "transform.set", note: "Work out the price" },
  { id: "reserve", use: "http.request", note: "Reserve the goods" },
  { id: "invoice", use: "if", then: [{ id: "makeInvoice", use: "http.request" }] },
  { id: "tellSales", use: "http.request" },
];

const input = {
  type: "object",
  required: ["customer", "email", "delivery", "lines", "terms"],
  properties: {
    customer: { type: "string", title: "Customer", minLength: 2, maxLength: 80, examples: ["Ada Lovelace"] },
    email: { type: "string", title: "E-mail", format: "email", description: "We send the invoice here." },
    delivery: {
      title: "Delivery",
      oneOf: [
        { const: "standard", title: "Standard" },
        { const: "express", title: "Express" },
        { const: "pickup", title: "Pick up" },
      ],
      default: "standard",
    },
    country: { type: "string", title: "Country", enum: ["Austria", "Czechia", "France", "Germany", "Poland"] },
    date: { type: "string", format: "date", title: "Wanted by" },
    lines: {
      type: "array",
      title: "Articles",
      minItems: 1,
      maxItems: 5,
      items: {
        type: "object",
        required: ["article", "quantity"],
        properties: {
          article: { type: "string", title: "Article" },
          quantity: { type: "integer", title: "Quantity", minimum: 1, maximum: 99, default: 1 },
        },
      },
    },
    address: {
      type: "object",
      title: "Address",
      required: ["street", "city"],
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
    extras: {
      type: "array",
      title: "Extras",
      uniqueItems: true,
      items: { enum: ["Gift wrap", "Insurance", "Call before delivery"] },
    },
    remark: { type: "string", title: "Remark", format: "textarea", maxLength: 500 },
    terms: { type: "boolean", const: true, title: "I accept the terms of sale" },
  },
} as const;

const workflow = (
  name: string,
  description: string,
  schema: WorkflowResource["draft"]["trigger"]["input"],
): WorkflowResource => ({
  name,
  draft: { description, trigger: { kind: "manual", ...(schema !== undefined && { input: schema }) }, steps },
});
const short = {
  type: "object",
  required: ["order"],
  properties: { order: { type: "string", title: "Order number" } },
} as const;

const workflows: Readonly<Record<string, WorkflowResource>> = {
  order: workflow("Place an order", "Checks the stock, reserves the goods and sends you an invoice.", input),
  fail: workflow("Place an order", "Checks the stock, reserves the goods and sends you an invoice.", short),
  slow: workflow("Place an order", "Checks the stock, reserves the goods and sends you an invoice.", short),
  button: workflow(
    "Refresh the price list",
    "Reads the prices of all suppliers again. It takes about a minute.",
    undefined,
  ),
};
