import { describe, expect, test } from "bun:test";
import { Failure } from "@dap/platform/failure";
import { stopLine } from "./stop-line";

const withCode = (code: string) => Object.assign(new Error("the cause"), { code });

describe("a start that cannot go on", () => {
  test.each([
    ["EADDRINUSE", "PORT=8081 make start"],
    ["ENOSPC", "disk is full"],
    ["28P01", "DATABASE_URL"],
    ["ECONNREFUSED", "DATABASE_URL"],
    ["42501", "CREATEDB and CREATEROLE"],
    ["EACCES", "DATA_DIR"],
  ])("with %s says in one line what to do", (code, advice) => {
    const line = stopLine(withCode(code));
    expect(line).toContain(advice);
    expect(line).not.toContain("\n");
  });
  test("with a refusal of our own shows its message and code", () => {
    expect(stopLine(new Failure("DATABASE_NEWER", 500, "Made by a newer release."))).toBe(
      "Made by a newer release. (DATABASE_NEWER)",
    );
  });
});
