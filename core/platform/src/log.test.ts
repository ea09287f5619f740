import { describe, expect, test } from "bun:test";
import { inspect } from "node:util";
import { ConfigError, defineConfig, flag, integer, list, optional, secret, text, url } from "./config";
import { createLogger } from "./log";
import { Secret } from "./secret";

describe("a secret", () => {
  const hidden = new Secret("hunter2");

  test("shows its value to the one who asks for it, and to nobody else", () => {
    expect(hidden.reveal()).toBe("hunter2");
    const shown = [
      `${hidden}`,
      String(hidden),
      JSON.stringify({ hidden }),
      inspect({ a: [hidden] }),
      Bun.inspect(hidden),
    ];
    for (const text of shown) {
      expect(text).toContain("***");
      expect(text).not.toContain("hunter2");
    }
    expect(JSON.stringify({ ...hidden })).toBe("{}");
  });
});

describe("a logger", () => {
  const lines: string[] = [];
  const log = createLogger({ service: "data", write: (line) => lines.push(line), nowMs: () => 0 });
  const last = () => JSON.parse(lines.at(-1) ?? "");

  test("writes one line of JSON with time, level, service and fields", () => {
    log.info("A run ended.", { runId: "r1" });
    expect(lines.at(-1)).toEndWith("}\n");
    expect(last()).toEqual({
      at: "1970-01-01T00:00:00.000Z",
      level: "info",
      service: "data",
      message: "A run ended.",
      runId: "r1",
    });
  });

  test("lets no value forge a line or one of its own fields", () => {
    log.warn("Odd.", { input: 'x\r\n{"level":"error"}\u2028y', level: "debug", service: "other" });
    expect(lines.at(-1)?.match(/[\r\n\u2028]/g)).toEqual(["\n"]);
    expect(last()).toMatchObject({ level: "warn", service: "data", input: 'x\r\n{"level":"error"}\u2028y' });
  });

  test("hides secrets at any depth, shows errors with their causes, and survives cycles", () => {
    log.error("Failed.", { deep: { password: new Secret("hunter2") } });
    expect(last().deep.password).toBe("***");
    log.error("Failed.", { error: new Error("outer", { cause: new Error("inner") }) });
    expect(last().error).toMatchObject({ message: "outer", cause: { message: "inner" } });
    const cycle: Record<string, unknown> = { n: 1n };
    cycle.self = cycle;
    log.error("Failed.", { cycle });
    expect(last()).toMatchObject({ message: "Failed." });
  });

  test("leaves out what is below its level", () => {
    const before = lines.length;
    log.debug("Too fine.");
    expect(lines.length).toBe(before);
  });
});

describe("a config", () => {
  const read = defineConfig({
    port: integer("PORT", { default: 8080, max: 65_535, meaning: "port of the gateway" }),
    publicUrl: url("PUBLIC_URL", { meaning: "base of every link" }),
    key: secret("SERVICE_SECRET", { meaning: "shared by the services" }),
    broker: optional(text("BROKER_URL", { meaning: "absent: embedded" })),
    open: list("EGRESS_ALLOW", { default: [], meaning: "opened addresses" }),
    strict: flag("STRICT", { default: false, meaning: "strictness" }),
  });
  const fine = { PUBLIC_URL: "https://dap.test/", SERVICE_SECRET: "k".repeat(32) };

  test("reads settings with their types and defaults", () => {
    const config = read({ ...fine, PORT: "1", EGRESS_ALLOW: "a, b,,c", STRICT: "yes", BROKER_URL: "" });
    expect(config).toMatchObject({ port: 1, publicUrl: "https://dap.test", open: ["a", "b", "c"], strict: true });
    expect(config.broker).toBeUndefined();
    expect(config.key.reveal()).toBe(fine.SERVICE_SECRET);
  });

  test("reports all that is missing or wrong at once, without showing a secret", () => {
    const attempt = () => read({ PORT: "70000", SERVICE_SECRET: "hunter2", STRICT: "maybe" });
    expect(attempt).toThrow(ConfigError);
    try {
      attempt();
    } catch (error) {
      const { problems } = error as ConfigError; // expected above
      expect(problems.map((problem) => problem.split(":")[0])).toEqual([
        "PORT",
        "PUBLIC_URL",
        "SERVICE_SECRET",
        "STRICT",
      ]);
      expect(String(error)).not.toContain("hunter2");
    }
  });
});
