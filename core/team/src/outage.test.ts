import { expect, test } from "bun:test";
import { connect } from "@dap/platform/postgres";
import { createApp } from "./app";
import { createTestTeam } from "./test-team";

test("team answers 503, and when to come again, while Postgres cannot be reached", async () => {
  const team = await createTestTeam();
  // Nobody listens on port 9 of this machine.
  const away = connect("postgres://dap_team:x@127.0.0.1:9/team", { max: 1, applicationName: "test" });
  const authenticate = async () => ({ kind: "service", name: "identity" }) as const;
  const response = await createApp({ ...team.deps, db: away.db, authenticate }).handle(
    new Request("http://localhost/internal/accounts/01890000-0000-7000-8000-00000000000a/access"),
  );
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await response.json()).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  await Promise.all([team.close(), away.close()]);
}, 60_000);
