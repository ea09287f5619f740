import { describe, expect, test } from "bun:test";
import { answerOutcome, answerResponse } from "./answer";

describe("the answer of a respond step", () => {
  test("is kept apart from the pages of its origin, and sets nothing that holds for all of them", async () => {
    const wanted = {
      "content-type": "text/html",
      "X-Own": "yes",
      "Set-Cookie": "dap_access=x",
      "Clear-Site-Data": '"*"',
      "Service-Worker-Allowed": "/",
      "Alt-Svc": 'h3="evil.example:443"',
      "WWW-Authenticate": "Basic",
      "Content-Security-Policy": "default-src *",
      "X-Content-Type-Options": "none",
      "Content-Encoding": "gzip",
      NEL: "{}",
      "Report-To": "{}",
    };
    const answer = answerResponse({ status: 200, headers: wanted, body: "<script>1</script>" }, "run-1");
    expect(Object.fromEntries(answer.headers)).toEqual({
      "content-security-policy": "sandbox",
      "content-type": "text/html",
      "x-content-type-options": "nosniff",
      "x-own": "yes",
      "x-run-id": "run-1",
    });
    expect(await answer.text()).toBe("<script>1</script>");
  });

  test("leaves out a value that cannot be sent, instead of failing after the run was done", () => {
    const headers = { "x-a": "→", "x-b": "a\r\nset-cookie: b=c", "x-c": "a\u0000", "x-d": "é", "bad name": "x" };
    const answer = answerResponse({ status: 200, headers, body: 1 }, "run-1");
    expect([..."abcd"].map((name) => answer.headers.get(`x-${name}`))).toEqual([null, null, null, "é"]);
    expect(answer.status).toBe(200);
  });
});

test("the output of a run is not sniffed for another type", () => {
  const answer = answerOutcome({ status: "succeeded", output: "<script>1</script>" }, "run-1", "request-1");
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
});
