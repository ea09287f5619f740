import { describe, expect, test } from "bun:test";
import type { RunListItem } from "../api/resource";
import { withRun } from "./list-model";

const run = (id: string, status: RunListItem["status"], endedAt: string | null = null): RunListItem => ({
  id,
  workflowId: "w",
  version: 1,
  status,
  trigger: "webhook",
  createdAt: "2026-01-01T00:00:00Z",
  endedAt,
});

describe("a list of runs", () => {
  test("puts a new run in front and replaces a known one where it stands", () => {
    const two = withRun([run("a", "running")], run("b", "queued"), {});
    expect(two.map(({ id }) => id)).toEqual(["b", "a"]);
    expect(withRun(two, run("a", "succeeded", "now"), {}).map(({ status }) => status)).toEqual(["queued", "succeeded"]);
  });

  test("takes out a run that no longer fits the filter, and keeps out one that never did", () => {
    expect(withRun([run("a", "running")], run("a", "failed", "now"), { status: "running" })).toEqual([]);
    expect(withRun([], run("a", "failed"), { status: "running" })).toEqual([]);
    expect(withRun([], run("a", "failed"), { workflowId: "other" })).toEqual([]);
  });

  test("does not wake a run that has ended", () => {
    const items = [run("a", "succeeded", "now")];
    expect(withRun(items, run("a", "running"), {})).toBe(items);
  });
});
