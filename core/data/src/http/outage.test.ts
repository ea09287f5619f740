import { expect, test } from "bun:test";
import { connect } from "@dap/platform/postgres";
import { createTestApp } from "../test-app";

test("a route answers 503, and when to come again, while Postgres cannot be reached", async () => {
  // Nobody listens on port 9 of this machine.
  const away = connect("postgres://dap_data:x@127.0.0.1:9/data", { max: 1, applicationName: "test" });
  const app = await createTestApp({ db: away.db });
  const { status, body, headers } = await app.ask("GET", "/workflows");
  expect([status, body.code, headers.get("retry-after")]).toEqual([503, "DATABASE_UNAVAILABLE", "1"]);
  expect(JSON.stringify(body)).not.toContain("127.0.0.1");
  await Promise.all([app.close(), away.close()]);
}, 60_000);
