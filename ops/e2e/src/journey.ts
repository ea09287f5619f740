import { expect } from "bun:test";
import type { Step, Workflow } from "@dap/contract";
import type { Person } from "./person";

/** Answers with the body's n and one more, in the background where it has a step that must not be lost. */
export function plusOne(durability: "inline" | "durable", reply: "result" | "accepted", pauseMs = 20): Workflow {
  const pause: readonly Step[] =
    durability === "durable" ? [{ id: "pause", use: "wait", durationMs: pauseMs } as const] : [];
  return {
    dap: 1,
    name: `${durability} ${reply}`,
    trigger: { kind: "webhook", reply },
    steps: [
      { id: "next", use: "transform.set", with: { n: "{{ trigger.body.n + 1 }}" } },
      ...pause,
      { id: "made", use: "random.uuid" },
    ],
    output: { n: "{{ steps.next.n }}" },
  };
}

export async function callWebhook(url: string, n: number): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ n }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** What a person gets from every installation: publish, call, and the answer comes, inline and through a worker. */
export async function expectWorkingWebhooks(person: Person): Promise<void> {
  const inline = await person.publish(plusOne("inline", "result"));
  expect(await callWebhook(inline.url, 1)).toEqual({ status: 200, body: { n: 2 } });
  const durable = await person.publish(plusOne("durable", "result"));
  expect(await callWebhook(durable.url, 41)).toEqual({ status: 200, body: { n: 42 } });
}

const ends: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled", "diverged"]);

/** The status of each run of a workflow by run id, when all have ended or after `withinMs`. */
export async function runStatuses(
  person: Person,
  workflowId: string,
  withinMs = 30_000,
): Promise<ReadonlyMap<string, string>> {
  for (const endMs = Date.now() + withinMs; ; await Bun.sleep(150)) {
    const statuses = new Map<string, string>();
    let cursor = "";
    do {
      const page = await person.call<{ items: { id: string; status: string }[]; nextCursor?: string | null }>(
        "GET",
        `runs?workflowId=${workflowId}&limit=100${cursor && `&cursor=${cursor}`}`,
      );
      for (const { id, status } of page.body.items) statuses.set(id, status);
      cursor = page.body.nextCursor ?? "";
    } while (cursor);
    if ([...statuses.values()].every((status) => ends.has(status)) || Date.now() > endMs) return statuses;
  }
}
