/** A map that keeps the entries used last. */
export type Recent<Key, Value> = {
  /** The value, which counts as used now; `undefined` when there is none. */
  readonly get: (key: Key) => Value | undefined;
  readonly set: (key: Key, value: Value) => void;
  readonly delete: (key: Key) => void;
};

/** Keeps `entriesMax` entries; the one that was not used for longest goes first. */
export function createRecent<Key, Value extends object>(entriesMax: number): Recent<Key, Value> {
  // A Map is ordered by insertion: what is used is taken out and put in anew.
  const entries = new Map<Key, Value>();
  const set = (key: Key, value: Value): void => {
    entries.delete(key);
    entries.set(key, value);
    const oldest = entries.keys().next();
    if (entries.size > entriesMax && !oldest.done) entries.delete(oldest.value);
  };
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
    set,
    delete: (key) => void entries.delete(key),
  };
}
