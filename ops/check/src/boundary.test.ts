import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { findForbiddenImports } from "@dap/platform/test-boundary";

const ground = ["@dap/contract", "@dap/connector", "@dap/engine", "@dap/platform", "@dap/run"];
const services = ["@dap/compute", "@dap/data", "@dap/edge", "@dap/identity", "@dap/realtime", "@dap/team"];
const outside = ["amqplib", "postgres", "playwright-core", "axe-core"];

/** What a room of ops may import; the rest of the house is reached from here, never the other way. */
const rooms = {
  check: ["@dap/platform"],
  bench: [...ground, ...outside],
  local: ["@dap/platform", "@dap/identity", "amqplib", "postgres"],
  dap: [...ground, ...services],
  e2e: [...ground, ...services, ...outside],
};

describe("ops", () => {
  test.each(Object.entries(rooms))("%s imports what its list allows", (room, allow) => {
    const offences = findForbiddenImports({ packageDir: join(import.meta.dir, "../..", room), allow });
    // Rooms of ops share helpers of the journeys, by paths.
    expect(offences.filter((offence) => !/ \.\.\//.test(offence))).toEqual([]);
  });
});
