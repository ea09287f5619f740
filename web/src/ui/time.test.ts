import { describe, expect, test } from "bun:test";
import { ago, ahead } from "./time";

describe("an instant for people", () => {
  test("is told by the biggest unit that fits, backwards and forwards", () => {
    const nowMs = 1_800_000_000_000;
    expect(ago(nowMs - 3 * 60_000, nowMs)).toBe("3 minutes ago");
    expect(ahead(nowMs + 3 * 60_000 + 59_000, nowMs)).toBe("in 3 minutes");
    expect(ahead(nowMs + 86_400_000, nowMs)).toBe("in 1 day");
    expect([ahead(nowMs + 999, nowMs), ahead(nowMs - 60_000, nowMs)]).toEqual(["now", "now"]);
  });
});
