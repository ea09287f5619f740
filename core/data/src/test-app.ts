import { join } from "node:path";
import { catalogue } from "@dap/connector";
import type { Principal, RealtimeMessage, Role } from "@dap/contract";
import { silentLogger } from "@dap/platform/log";
import { connect } from "@dap/platform/postgres";
import { Secret } from "@dap/platform/secret";
import { createTestDatabase, type TestDatabase } from "@dap/platform/test-postgres";
import {
  createResumeTokens,
  createResumeUrl,
  createRunMaintenance,
  createRunStore,
  type RunMaintenance,
  type RunStore,
} from "@dap/run";
import { Value } from "@sinclair/typebox/value";
import { createApp, type DataDeps, publicRoutes, teamPath } from "./app";
import { createRouteSignal } from "./feed/route-signal";
import type { AnyRoute } from "./http/declare";

export const teamA = "01890000-0000-7000-8000-00000000000a";
export const teamB = "01890000-0000-7000-8000-00000000000b";
const accountId = "01890000-0000-7000-8000-0000000000aa";

const account = (teams: Readonly<Record<string, Role>>): Principal => ({
  kind: "account",
  accountId,
  sessionId: accountId,
  email: "ada@example.com",
  emailVerified: true,
  teams,
  permVer: 1,
});

const resumeTokens = createResumeTokens(new Secret("a secret of these tests, of 32 characters"));

/** Who asks, by the bearer token of a test request. */
const principals: Readonly<Record<string, Principal>> = {
  editor: account({ [teamA]: "editor" }),
  operator: account({ [teamA]: "operator" }),
  viewer: account({ [teamA]: "viewer" }),
  stranger: account({ [teamB]: "owner" }),
  key: { kind: "apiKey", keyId: "key-1", teamId: teamA, permissions: ["run:start"] },
  edge: { kind: "service", name: "edge" },
  team: { kind: "service", name: "team" },
  realtime: { kind: "service", name: "realtime" },
};

export type Ask = {
  readonly as?: string;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
};
export type Asked = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
  readonly body: any;
  readonly headers: Headers;
};

export type TestApp = {
  /** Asks for a path below the API's team (`teamA` unless the path begins with `/api` or `/internal`). */
  readonly ask: (method: string, path: string, ask?: Ask) => Promise<Asked>;
  readonly deps: DataDeps;
  readonly app: ReturnType<typeof createApp>;
  readonly published: RealtimeMessage[];
  readonly wakes: () => number;
  readonly maintenance: RunMaintenance;
  /** What a worker's role may do. */
  readonly workerStore: RunStore;
  /** Superuser: counts all rows. */
  readonly count: (table: string) => Promise<number>;
  readonly database: Pick<TestDatabase, "roleUrl" | "adminUrl">;
  readonly close: () => Promise<void>;
};

/** The app on a real, fresh, migrated database; only who is asking is made up. */
export async function createTestApp(overrides: Partial<DataDeps> = {}): Promise<TestApp> {
  const database = await createTestDatabase({ migrations: [join(import.meta.dir, "database/migration")] });
  const options = { max: 4, applicationName: "test data" };
  const [own, system, worker, admin] = [
    connect(database.roleUrl("dap_data"), options),
    connect(database.roleUrl("dap_data_system"), options),
    connect(database.roleUrl("dap_compute"), options),
    connect(database.adminUrl, { ...options, max: 1 }),
  ] as const;
  const published: RealtimeMessage[] = [];
  let wakes = 0;
  const routes = createRouteSignal();
  const deps: DataDeps = {
    authenticate: async (request) =>
      principals[request.headers.get("authorization")?.replace("Bearer ", "") ?? "nobody"],
    db: own.db,
    systemDb: system.db,
    runStore: createRunStore(own.sql),
    catalogue,
    publicUrl: "http://localhost:8080",
    resumeTokens,
    resumeUrl: createResumeUrl(resumeTokens, "http://localhost:8080"),
    log: silentLogger,
    realtime: { publish: (messages) => void published.push(...messages), subscribe: () => () => {} },
    wakeRelay: () => {
      wakes += 1;
    },
    routeChanged: routes.wait,
    stopping: new AbortController().signal,
    nowMs: Date.now,
    ...overrides,
  };
  const app = createApp(deps);
  const declared = publicRoutes(deps);
  return {
    deps,
    app,
    published,
    wakes: () => wakes,
    maintenance: createRunMaintenance(system.sql),
    workerStore: createRunStore(worker.sql),
    ask: async (method, path, ask) => {
      const request = toRequest(method, path, ask);
      const asked = await read(await app.handle(request));
      expectDeclared(declared, method, new URL(request.url).pathname, asked);
      return asked;
    },
    count: async (table) => {
      const [row] = await admin.sql`select count(*)::int as n from ${admin.sql(table)}`;
      return Number(row?.n);
    },
    database,
    close: async () => {
      await Promise.all([own, system, worker, admin].map(({ close }) => close()));
    },
  };
}

/** What a test gets must be what the API's description says, field by field. */
function expectDeclared(
  declared: readonly AnyRoute[],
  method: string,
  pathname: string,
  { status, body }: Asked,
): void {
  if (status >= 300) return;
  const isAt = ({ path }: AnyRoute) => new RegExp(`^${`${teamPath}${path}`.replace(/:\w+/g, "[^/]+")}$`).test(pathname);
  // A fixed path such as /workflows/import comes before one with a parameter, as in the router.
  const [route] = declared
    .filter((one) => one.method === method && isAt(one))
    .sort((one, other) => one.path.split(":").length - other.path.split(":").length);
  if (!route) return;
  if (!(status in route.answers)) throw new Error(`${method} ${route.path} does not declare ${status}`);
  const schema = route.answers[status];
  const wrong = schema && [...Value.Errors(schema, body)][0];
  if (wrong) throw new Error(`${method} ${route.path} declares another answer: ${wrong.path} ${wrong.message}`);
}

export function toRequest(method: string, path: string, { as = "editor", body, text, headers }: Ask = {}): Request {
  const full = /^\/(api|internal)\//.test(path) ? path : `/api/v1/teams/${teamA}${path}`;
  const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Request(`http://localhost${full}`, {
    method,
    headers: {
      ...(as === "nobody" ? {} : { authorization: `Bearer ${as}` }),
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
}

async function read(response: Response): Promise<Asked> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return { status: response.status, body: isJson && text !== "" ? JSON.parse(text) : text, headers: response.headers };
}
