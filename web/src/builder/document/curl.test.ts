import { describe, expect, test } from "bun:test";
import { curlFor } from "./curl";

describe("the command for an endpoint", () => {
  test("reaches the shell's program as it was meant, quotes and all", () => {
    const command = curlFor("http://localhost/w/a?b=1&c", { text: `it's "so" $HOME` }).replace(
      /^curl/,
      "printf '%s\\n'",
    );
    const printed = Bun.spawnSync(["sh", "-c", command]).stdout.toString().trim().split("\n");
    expect(printed).toEqual([
      "-X",
      "POST",
      "http://localhost/w/a?b=1&c",
      "-H",
      "content-type: application/json",
      "-d",
      `{"text":"it's \\"so\\" $HOME"}`,
    ]);
  });
});
