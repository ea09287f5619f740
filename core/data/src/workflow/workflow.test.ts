import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { exampleWorkflow } from "../setup/example";
import { createTestApp, type TestApp } from "../test-app";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
}, 60_000);
afterAll(() => app.close());

describe("a workflow", () => {
  test("is created", async () => {
    const made = await app.ask("POST", "/workflows", { body: { document: exampleWorkflow } });
    expect(made.body).toMatchObject({ name: "Order total" });
    expect(made.status).toBe(201);
  });
});
