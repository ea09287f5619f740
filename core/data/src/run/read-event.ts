import type { StoredEvent } from "@dap/contract";
import type { RunRow, RunStore } from "@dap/run";

const pageEvents = 1_000;

/** The events of a run up to `eventsMax`: more than that no page can show. */
export async function readAllEvents(store: RunStore, row: RunRow, eventsMax = 20_000): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  while (events.length < Math.min(row.lastSeq, eventsMax)) {
    const page = await store.readEvents(row.teamId, row.id, events.length, pageEvents);
    if (page.length === 0) break;
    events.push(...page);
  }
  return events;
}
