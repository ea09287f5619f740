import { expect, test } from "bun:test";
import { connect } from "@dap/platform/postgres";
import { createApp } from "./app";
import { createTestIdentity, password } from "./test-identity";

test("identity answers 503, and when to come again, while Postgres cannot be reached", async () => {
  const identity = await createTestIdentity();
  // Nobody listens on port 9 of this machine.
  const away = connect("postgres://dap_identity:x@127.0.0.1:9/identity", { max: 1, applicationName: "test" });
  const response = await createApp({ ...identity.deps, db: away.db }).handle(
    new Request("http://localhost/api/v1/auth/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "ann@example.com", password }),
    }),
  );
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await response.json()).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  await Promise.all([identity.close(), away.close()]);
}, 60_000);
