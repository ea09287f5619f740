import { expect, test } from "bun:test";
import { sweep } from "./sweep";
import { type Browser, createTestIdentity, password } from "./test-identity";

test("sweeping removes what has ended long ago, and nothing that lives", async () => {
  const identity = await createTestIdentity();
  const tables = ["session", "refresh_token", "known_device", "email_token", "mail", "attempt_bucket"] as const;
  const counts = () =>
    Promise.all(
      tables.map(async (table) => {
        const [row] = await identity.admin.sql`select count(*)::int as n from ${identity.admin.sql(table)}`;
        return `${table} ${row?.n === 0 ? "empty" : "kept"}`;
      }),
    );
  const browser: Browser = new Map();
  const { email } = await identity.register();
  await identity.call("POST", "/api/v1/auth/login", { body: { email, password }, browser });
  await identity.call("POST", "/api/v1/auth/login", { body: { email, password: "wrong one" } });
  await sweep(identity.deps.db, new Date());
  expect(await counts()).toEqual(tables.map((table) => `${table} kept`));
  await sweep(identity.deps.db, new Date(Date.now() + 400 * 86_400_000));
  expect(await counts()).toEqual(tables.map((table) => `${table} empty`));
  await identity.close();
}, 60_000);
