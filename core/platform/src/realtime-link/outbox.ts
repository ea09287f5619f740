import type { RealtimeMessage, RealtimeRequest } from "@dap/contract";

const frameMessagesMax = 500;
const frameBytesMax = 262_144;

export type OutboxOptions = {
  readonly keptMax: number;
  readonly canSend: () => boolean;
  readonly send: (text: string) => void;
  readonly onDrop: (count: number) => void;
};

/** What waits to be sent, oldest first. Messages of one turn of the event loop travel in one frame. */
export function createOutbox({ keptMax, canSend, send, onDrop }: OutboxOptions) {
  let kept: RealtimeMessage[] = [];
  let isPlanned = false;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    isPlanned = false;
    while (kept.length > 0 && canSend()) {
      const count = frameLength(kept);
      send(JSON.stringify({ kind: "publish", messages: kept.slice(0, count) } satisfies RealtimeRequest));
      kept = kept.slice(count);
    }
    // Full or down: the opening of the line flushes, too; this is for a line that only was full.
    if (kept.length > 0 && retry === undefined) {
      retry = setTimeout(() => {
        retry = undefined;
        flush();
      }, 200);
      retry.unref();
    }
  };

  return {
    add: (messages: readonly RealtimeMessage[]) => {
      kept.push(...messages);
      if (kept.length > keptMax) {
        onDrop(kept.length - keptMax);
        kept = kept.slice(-keptMax);
      }
      if (isPlanned) return;
      isPlanned = true;
      queueMicrotask(flush);
    },
    flush,
    close: () => clearTimeout(retry),
  };
}

/** How many of the oldest messages fit into one frame; at least one. */
function frameLength(messages: readonly RealtimeMessage[]): number {
  let bytes = 0;
  let count = 0;
  for (const message of messages.slice(0, frameMessagesMax)) {
    bytes += JSON.stringify(message).length;
    if (count > 0 && bytes > frameBytesMax) break;
    count++;
  }
  return count;
}
