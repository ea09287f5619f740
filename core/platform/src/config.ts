import { Secret } from "./secret";

/** One setting: the variable it is read from, what it means, and how its text becomes a value. */
export type Setting<T> = {
  readonly variable: string;
  readonly meaning: string;
  /** Used when the variable is absent or empty. A setting without one is required. */
  readonly fallback?: { readonly value: T };
  readonly parse: (text: string) => { readonly value: T } | { readonly problem: string };
};

export type Environment = Readonly<Record<string, string | undefined>>;
// biome-ignore lint/suspicious/noExplicitAny: the settings of one shape have different value types
type Shape = Readonly<Record<string, Setting<any>>>;
export type ConfigOf<S extends Shape> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** All that is missing or invalid in the environment, one line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "CONFIG";
  constructor(readonly problems: readonly string[]) {
    super(`The settings are incomplete:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  }
}

/** Makes the reader of a group of settings. It reports everything that is wrong at once, and never shows a secret's text. */
export function defineConfig<S extends Shape>(shape: S): (env: Environment) => ConfigOf<S> {
  return (env) => {
    const problems: string[] = [];
    const values: Record<string, unknown> = {};
    for (const [name, setting] of Object.entries(shape)) {
      const outcome = readSetting(setting, env[setting.variable]);
      if ("problem" in outcome) problems.push(`${setting.variable}: ${outcome.problem} (${setting.meaning})`);
      else values[name] = outcome.value;
    }
    if (problems.length > 0) throw new ConfigError(problems);
    return values as ConfigOf<S>; // every name of the shape was set above
  };
}

function readSetting<T>(setting: Setting<T>, text: string | undefined): { value: T } | { problem: string } {
  if (text !== undefined && text !== "") return setting.parse(text);
  return setting.fallback === undefined ? { problem: "is not set" } : { value: setting.fallback.value };
}

type Options<T> = { readonly default?: T; readonly meaning: string };

const base = <T>(variable: string, options: Options<T>) => ({
  variable,
  meaning: options.meaning,
  ...(options.default === undefined ? {} : { fallback: { value: options.default } }),
});

export const text = (variable: string, options: Options<string>): Setting<string> => ({
  ...base(variable, options),
  parse: (given) => ({ value: given }),
});

/** A whole number within `min` and `max` (both included). `unit` is told where a value is refused. */
export const integer = (
  variable: string,
  options: Options<number> & { readonly min?: number; readonly max?: number; readonly unit?: string },
): Setting<number> => ({
  ...base(variable, options),
  parse: (given) => {
    const { min = 0, max = Number.MAX_SAFE_INTEGER, unit } = options;
    const value = Number(given);
    const isFine = /^-?\d+$/.test(given) && Number.isSafeInteger(value) && value >= min && value <= max;
    return isFine
      ? { value }
      : { problem: `is not a whole number from ${min} to ${max}${unit === undefined ? "" : ` ${unit}`}` };
  },
});

export const flag = (variable: string, options: Options<boolean>): Setting<boolean> => ({
  ...base(variable, options),
  parse: (given) => {
    if (["1", "true", "yes", "on"].includes(given.toLowerCase())) return { value: true };
    if (["0", "false", "no", "off"].includes(given.toLowerCase())) return { value: false };
    return { problem: "is neither true nor false" };
  },
});

/** An absolute URL, kept without a trailing slash. */
export const url = (variable: string, options: Options<string>): Setting<string> => ({
  ...base(variable, options),
  parse: (given) =>
    URL.canParse(given) ? { value: given.replace(/\/+$/, "") } : { problem: "is not an absolute URL" },
});

/** A list separated by commas or spaces. */
export const list = (variable: string, options: Options<readonly string[]>): Setting<readonly string[]> => ({
  ...base(variable, options),
  parse: (given) => ({ value: given.split(/[\s,]+/).filter((item) => item !== "") }),
});

/** A secret of at least `charactersMin` characters (32 by default). */
export const secret = (
  variable: string,
  options: { readonly meaning: string; readonly charactersMin?: number },
): Setting<Secret<string>> => ({
  variable,
  meaning: options.meaning,
  parse: (given) =>
    given.length >= (options.charactersMin ?? 32)
      ? { value: new Secret(given) }
      : { problem: `is shorter than ${options.charactersMin ?? 32} characters` },
});

/** Lets a setting be absent: its value is `undefined` then. */
export const optional = <T>(setting: Setting<T>): Setting<T | undefined> => ({
  ...setting,
  fallback: { value: undefined },
});
