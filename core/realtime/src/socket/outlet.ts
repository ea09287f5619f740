import type { Outlet } from "../topic/subscription";

/** The part of Bun's socket that is used here. */
export type Wire = {
  readonly send: (text: string) => number;
  readonly getBufferedAmount: () => number;
  readonly close: (code: number, reason: string) => void;
  readonly terminate: () => void;
};

/** A reader with more than this waiting for it is too slow. */
export const bufferedBytesMax = 1_048_576;
/** Stored events are sent only while less than this is waiting, so that a long history does not make its reader slow. */
const roomBytes = 262_144;

export type SocketOutlet = Outlet & {
  /** The socket has sent what was waiting. */
  readonly drained: () => void;
  readonly close: () => void;
};

/** Writes to a socket and looks at what the write says: Bun drops messages in silence when its buffer is full. */
export function createOutlet(wire: Wire, onSlow: () => void): SocketOutlet {
  let isOpen = true;
  let waiting: (() => void)[] = [];
  const wakeAll = () => {
    for (const wake of waiting.splice(0)) wake();
  };
  return {
    isOpen: () => isOpen,
    send: (text) => {
      if (!isOpen) return;
      const outcome = wire.send(text);
      if (outcome === 0 || wire.getBufferedAmount() > bufferedBytesMax) {
        isOpen = false;
        wakeAll();
        onSlow();
      }
    },
    room: async () => {
      while (isOpen && wire.getBufferedAmount() > roomBytes)
        await new Promise<void>((resolve) => waiting.push(resolve));
    },
    drained: wakeAll,
    close: () => {
      isOpen = false;
      wakeAll();
      waiting = [];
    },
  };
}
