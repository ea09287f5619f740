/** Virtual time: what is due runs in order of time, then of scheduling. */
export class Clock {
  nowMs = 1_000_000;
  private order = 0;
  private readonly heap: { atMs: number; order: number; act: () => void }[] = [];

  after(delayMs: number, act: () => void): void {
    const entry = { atMs: this.nowMs + delayMs, order: this.order, act };
    this.order += 1;
    const { heap } = this;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || isBefore(parent, entry)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = entry;
  }

  /** Runs what is due next; false when nothing is. */
  step(): boolean {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return false;
    if (heap.length > 0) this.sink(last);
    this.nowMs = first.atMs;
    first.act();
    return true;
  }

  private sink(entry: { atMs: number; order: number; act: () => void }): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (isBefore(entry, child)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = entry;
  }
}

const isBefore = (left: { atMs: number; order: number }, right: { atMs: number; order: number }): boolean =>
  left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
