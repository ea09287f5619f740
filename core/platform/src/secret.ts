import { inspect } from "node:util";

const mask = "***";

/**
 * A value that must never be shown. However it is turned into text (logs, JSON, templates, `console.log`), it gives
 * `***`; only `reveal` gives the value, at the one place that uses it.
 */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Keep the result in a local variable of the function that needs it. */
  reveal(): T {
    return this.#value;
  }

  toJSON(): string {
    return mask;
  }

  toString(): string {
    return mask;
  }

  [Symbol.toPrimitive](): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}
