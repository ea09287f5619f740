import { describe, expect, test } from "bun:test";
import * as contract from "@dap/contract";
import { runTopic, teamRunsTopic } from "./topic";

describe("the browser's topic names", () => {
  test("are those of the contract", () => {
    expect(runTopic("r1")).toBe(contract.runTopic("r1"));
    expect(teamRunsTopic("t1")).toBe(contract.teamRunsTopic("t1"));
  });
});
