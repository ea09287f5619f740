export type Lane = {
  /** Resolves when there is a place, with the function that frees it. */
  readonly enter: () => Promise<() => void>;
};

/** A narrow way: at most `width` are inside at a time, first come first served. */
export function createLane(width: number): Lane {
  const waiting: (() => void)[] = [];
  let inside = 0;
  const leave = () => {
    inside -= 1;
    waiting.shift()?.();
  };
  return {
    enter: async () => {
      if (inside >= width) await new Promise<void>((resolve) => waiting.push(resolve));
      inside += 1;
      let isLeft = false;
      return () => {
        if (isLeft) return;
        isLeft = true;
        leave();
      };
    },
  };
}
