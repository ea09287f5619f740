import type { Principal, Role } from "@dap/contract";
import { newId } from "@dap/platform/id";
import { silentLogger } from "@dap/platform/log";
import { type Connection, connect } from "@dap/platform/postgres";
import { createTestDatabase, type TestDatabase } from "@dap/platform/test-postgres";
import { createApp } from "./app";
import type { TeamDeps } from "./deps";
import { migrationFolder } from "./main";

type AccountPrincipal = Extract<Principal, { kind: "account" }>;

/** A person of a test, with the teams that their token says. */
export type TestPerson = { readonly accountId: string; readonly email: string; readonly teams: Record<string, Role> };

export type TestTeam = {
  readonly deps: TeamDeps;
  readonly database: TestDatabase;
  /** As superuser, beside all policies. */
  readonly admin: Connection;
  readonly app: ReturnType<typeof createApp>;
  /** Team ids that data was told of. */
  readonly provisioned: string[];
  /** Makes data answer or not. */
  setDataUp(isUp: boolean): void;
  /** A registered person with their personal team, whose token knows of it. */
  register(name?: string): Promise<TestPerson>;
  /** Puts a person into a team, as an accepted invitation will. */
  join(person: TestPerson, teamId: string, role: Role): Promise<void>;
  /** Reads the person's access again, as a refresh of the token does. */
  refresh(person: TestPerson): Promise<TestPerson>;
  call(
    who: TestPerson | "identity" | "data" | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  close(): Promise<void>;
};

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
export type Answer = { readonly status: number; readonly body: any };

/** The team service over a database of its own, with principals in place of tokens. */
export async function createTestTeam(): Promise<TestTeam> {
  const database = await createTestDatabase({ database: "team", migrations: [migrationFolder] });
  const connection = connect(database.roleUrl("dap_team"), { applicationName: "team test" });
  const admin = connect(database.adminUrl, { max: 2, applicationName: "team test admin" });
  const provisioned: string[] = [];
  let isDataUp = true;
  const deps: TeamDeps = {
    db: connection.db,
    authenticate: async (request) => readPrincipal(request),
    provision: async (teamId) => {
      if (!isDataUp) throw new Error("data is down");
      provisioned.push(teamId);
    },
    clock: { nowMs: Date.now },
    log: silentLogger,
  };
  const app = createApp(deps);
  const call: TestTeam["call"] = async (who, method, path, body, more = {}) => {
    const headers = {
      ...more,
      ...authorization(who),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await app.handle(new Request(`http://localhost${path}`, init));
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  const refresh = async (person: TestPerson): Promise<TestPerson> => {
    const { body } = await call("identity", "GET", `/internal/accounts/${person.accountId}/access`);
    return { ...person, teams: body.teams };
  };
  return {
    deps,
    database,
    admin,
    app,
    provisioned,
    call,
    refresh,
    setDataUp: (isUp) => {
      isDataUp = isUp;
    },
    async register(name = "Ann") {
      const accountId = newId();
      const person = { accountId, email: `${accountId}@example.com`, teams: {} };
      await call("identity", "PUT", `/internal/accounts/${accountId}/personal-team`, { email: person.email, name });
      return refresh(person);
    },
    async join({ accountId }, teamId, role) {
      await admin.sql`insert into membership values (${teamId}, ${accountId}, ${role}, now(), now())`;
    },
    async close() {
      await Promise.all([connection.close(), admin.close()]);
    },
  };
}

function authorization(who: TestPerson | "identity" | "data" | undefined): Record<string, string> {
  if (who === undefined) return {};
  const principal: Principal =
    typeof who === "string"
      ? { kind: "service", name: who }
      : { kind: "account", sessionId: newId(), emailVerified: true, permVer: 1, ...who };
  return { authorization: `Bearer ${btoa(JSON.stringify(principal))}` };
}

function readPrincipal(request: Request): Principal | undefined {
  const token = request.headers.get("authorization")?.slice(7);
  return token === undefined ? undefined : (JSON.parse(atob(token)) as AccountPrincipal); // written just above
}
