import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "@dap/platform/failure";
import { createAuthenticator } from "@dap/platform/guard";
import { newId } from "@dap/platform/id";
import { type Logger, silentLogger } from "@dap/platform/log";
import { type Connection, connect } from "@dap/platform/postgres";
import { Secret } from "@dap/platform/secret";
import { createTestDatabase, type TestDatabase } from "@dap/platform/test-postgres";
import { createPasswordHasher } from "./account/password-hash";
import type { Access, TeamDirectory } from "./account/team-directory";
import { createApp } from "./app";
import { defaultLimits } from "./attempt/limit";
import type { IdentityDeps, IdentitySettings } from "./deps";
import { accessAudience, createAccessTokenSigner } from "./key/access-token";
import { type KeyFolder, openKeyFolder } from "./key/key-file";
import { openKeyRing } from "./key/key-ring";
import { listMail } from "./mail/outbox";
import { migrationFolder } from "./main";
import { createSealer } from "./secret/seal";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
export type Answer = { readonly status: number; readonly body: any; readonly headers: Headers; readonly text: string };

export type CallOptions = {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends and keeps cookies, as one browser does. */
  readonly browser?: Browser;
};
export type Browser = Map<string, string>;

export type TestIdentity = {
  readonly deps: IdentityDeps;
  readonly app: ReturnType<typeof createApp>;
  readonly database: TestDatabase;
  readonly admin: Connection;
  readonly keyFolder: KeyFolder;
  readonly secretDir: string;
  readonly serviceSecret: Secret<string>;
  /** What team answers; personal teams are added as they are asked for. */
  readonly access: Map<string, Access>;
  setTeamUp(isUp: boolean): void;
  /** Moves the clock of identity on. */
  pass(ms: number): void;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Registers somebody and gives what to log in with. */
  register(email?: string): Promise<{ readonly email: string; readonly password: string }>;
  /** Mails to an address, newest first. */
  mailTo(email: string): Promise<readonly { readonly subject: string; readonly text: string }[]>;
  /** The same database with these settings. */
  withSettings(settings: Partial<IdentitySettings>): ReturnType<typeof createApp>;
  close(): Promise<void>;
};

export const password = "correct horse 7";

export type TestOptions = {
  readonly log?: Logger;
  /** Hashes as in production, for tests about that; otherwise hashing is made cheap. */
  readonly isHashReal?: boolean;
};

const cheap = { memoryCost: 64, timeCost: 1 };

/** The identity server over a database of its own, with a team service that is a map. */
export async function createTestIdentity(options: TestOptions = {}): Promise<TestIdentity> {
  const { log = silentLogger, isHashReal = false } = options;
  const database = await createTestDatabase({ database: "identity", migrations: [migrationFolder] });
  const connection = connect(database.roleUrl("dap_identity"), { applicationName: "identity test" });
  const admin = connect(database.adminUrl, { max: 2, applicationName: "identity test admin" });
  const secretDir = mkdtempSync(join(tmpdir(), "dap-identity-test-"));
  const keyFolder = openKeyFolder(join(secretDir, "identity"));
  const access = new Map<string, Access>();
  let offsetMs = 0;
  let isTeamUp = true;
  const clock = { nowMs: () => Date.now() + offsetMs };
  const { db } = connection;
  const keys = await openKeyRing({ db, folder: keyFolder, clock, log });
  const serviceSecret = new Secret(crypto.randomUUID() + crypto.randomUUID());
  const issuer = "http://localhost:8080";
  const localKeys = () => keys.published();
  const deps: IdentityDeps = {
    db,
    settings: { publicUrl: issuer, requireVerifiedEmail: false, isMailboxShown: true, limits: defaultLimits },
    hasher: isHashReal ? createPasswordHasher() : createPasswordHasher(undefined, cheap),
    keys,
    sign: createAccessTokenSigner(keys, issuer),
    team: createTeamMap(access, () => isTeamUp),
    mailSealer: await createSealer(crypto.getRandomValues(new Uint8Array(32)), "mail"),
    mailQueued: () => {},
    authenticate: createAuthenticator({ localKeys, issuer, audience: accessAudience, serviceSecret, cacheMs: 0 }),
    clock,
    log,
  };
  const app = createApp(deps);
  const call: TestIdentity["call"] = async (method, path, options = {}) => {
    const response = await app.handle(toRequest(method, path, options));
    for (const cookie of response.headers.getSetCookie()) keepCookie(options.browser, cookie);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "") && text !== "";
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
  };
  return {
    deps,
    app,
    database,
    admin,
    keyFolder,
    secretDir,
    serviceSecret,
    access,
    call,
    setTeamUp: (isUp) => {
      isTeamUp = isUp;
    },
    pass: (ms) => {
      offsetMs += ms;
    },
    async register(email = `${newId()}@example.com`) {
      const { status, text } = await call("POST", "/api/v1/auth/register", { body: { email, password, name: "Ann" } });
      if (status !== 201) throw new Error(text);
      return { email, password };
    },
    mailTo: async (email) => (await listMail(db, deps.mailSealer, 1_000)).filter(({ to }) => to === email),
    withSettings: (settings) => createApp({ ...deps, settings: { ...deps.settings, ...settings } }),
    async close() {
      await Promise.all([connection.close(), admin.close()]);
    },
  };
}

function createTeamMap(access: Map<string, Access>, isUp: () => boolean): TeamDirectory {
  const requireUp = () => {
    if (!isUp()) throw new Failure("SERVICE_UNAVAILABLE", 503, "team is down");
  };
  return {
    async ensurePersonalTeam({ id }) {
      requireUp();
      const known = Object.keys(access.get(id)?.teams ?? {})[0];
      const teamId = known ?? newId();
      if (known === undefined) access.set(id, { teams: { [teamId]: "owner" }, permVer: 1 });
      return teamId;
    },
    async readAccess(accountId) {
      requireUp();
      return access.get(accountId) ?? { teams: {}, permVer: 0 };
    },
  };
}

function toRequest(method: string, path: string, { body, headers = {}, browser }: CallOptions): Request {
  const cookie = [...(browser ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
  return new Request(`http://localhost${path}`, {
    method,
    headers: {
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
      ...(cookie === "" ? {} : { cookie }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

function keepCookie(browser: Browser | undefined, cookie: string): void {
  const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
  if (/Max-Age=0/.test(cookie)) browser?.delete(name);
  else browser?.set(name, value);
}
