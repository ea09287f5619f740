import type { Workflow } from "@dap/contract";

/** A registered person with a personal team, speaking the public API. */
export type Person = {
  readonly email: string;
  readonly password: string;
  readonly teamId: string;
  readonly token: string;
  /** Calls the API; paths that do not start with `/` are below the person's team. Gives status and parsed body. */
  readonly call: <T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<{ status: number; body: T; headers: Headers }>;
  /** Creates and publishes a workflow; gives its id and the URL of its endpoint. */
  readonly publish: (document: Workflow) => Promise<{ id: string; url: string }>;
};

let count = 0;

/** Registers and logs in somebody new. */
export async function registerPerson(
  baseUrl: string,
  email = `ann${++count}-${Date.now()}@example.com`,
  password = "correct horse battery",
): Promise<Person> {
  const post = (path: string, body: unknown) =>
    fetch(`${baseUrl}/api/v1${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const registered = await post("/auth/register", { email, password, name: "Ann" });
  if (registered.status !== 201) throw new Error(`register: ${registered.status} ${await registered.text()}`);
  const login = await post("/auth/login", { email, password });
  if (login.status !== 200) throw new Error(`login: ${login.status} ${await login.text()}`);
  const { accessToken } = (await login.json()) as { accessToken: string };

  const request = async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === "" ? undefined : JSON.parse(text)) as T, headers: answer.headers };
  };
  const teams = await request<{ items: { id: string }[] }>("GET", "/teams");
  const teamId = teams.body.items[0]?.id;
  if (!teamId) throw new Error(`no team: ${JSON.stringify(teams)}`);
  const call: Person["call"] = (method, path, body, headers) =>
    request(method, path.startsWith("/") ? path : `/teams/${teamId}/${path}`, body, headers);
  return {
    email,
    password,
    teamId,
    token: accessToken,
    call,
    publish: async (document) => {
      const created = await call<{ id: string }>("POST", "workflows", { document });
      if (created.status !== 201) throw new Error(`create: ${created.status} ${JSON.stringify(created.body)}`);
      const published = await call<{ endpoint: { url: string } | null }>(
        "POST",
        `workflows/${created.body.id}/publish`,
        {},
      );
      if (published.status !== 200 && published.status !== 201)
        throw new Error(`publish: ${published.status} ${JSON.stringify(published.body)}`);
      return { id: created.body.id, url: published.body.endpoint?.url ?? "" };
    },
  };
}
