/** Every word the element says by itself. `{n}` is replaced by a number or text. */
const english = {
  run: "Run",
  running: "Running…",
  runAgain: "Run again",
  tryAgain: "Try again",
  edit: "Edit input",
  cancel: "Cancel",
  cancelling: "Cancelling…",
  loading: "Loading",
  optional: "optional",
  choose: "Choose…",
  add: "Add item",
  remove: "Remove item {n}",
  item: "Item {n}",
  yes: "Yes",
  no: "No",
  result: "Result",
  noResult: "The workflow finished without a result.",
  copy: "Copy",
  copied: "Copied",
  steps: "Steps",
  progress: "{n} of {m} steps done",
  started: "The workflow has started.",
  queued: "Waiting to start",
  "status.waiting": "Waiting",
  "status.running": "Running",
  "status.retrying": "Trying again",
  "status.succeeded": "Done",
  "status.failed": "Failed",
  "status.unknown": "Outcome unknown",
  "status.skipped": "Skipped",
  "status.cancelled": "Cancelled",
  succeeded: "Finished",
  failed: "The workflow failed",
  failedAt: "It stopped at “{n}”.",
  cancelled: "The run was cancelled.",
  unavailable: "This workflow cannot be shown",
  notFound: "There is no such workflow, or you may not see it.",
  forbidden: "You may not run this workflow.",
  expired: "Your session has ended. Sign in again to go on.",
  unreachable: "The server cannot be reached. Check your connection and try again.",
  unexpected: "Something went wrong. Try again in a moment.",
  fix: "Check the marked fields.",
  required: "This is needed.",
  mustAccept: "This must be accepted to go on.",
  notNumber: "Enter a number.",
  notInteger: "Enter a whole number.",
  notEmail: "Enter an e-mail address, such as name@example.com.",
  notUrl: "Enter a web address that begins with https://",
  notDate: "Enter a date and a time.",
  notJson: "Enter valid JSON.",
  min: "Enter {n} or more.",
  max: "Enter {n} or less.",
  above: "Enter more than {n}.",
  below: "Enter less than {n}.",
  multipleOf: "Enter a multiple of {n}.",
  lengthMin: "Enter at least {n} characters.",
  lengthMax: "Enter at most {n} characters.",
  itemsMin: "Add at least {n}.",
  itemsMax: "Keep at most {n}.",
  pattern: "This does not have the expected form.",
};

export type MessageKey = keyof typeof english;
export type Translate = (key: MessageKey, values?: Readonly<Record<string, string | number>>) => string;

export type Words = Readonly<Record<MessageKey, string>>;

/** Languages besides English, each a file of its own that is fetched when it is asked for. */
const others: Readonly<Record<string, () => Promise<{ words: Words }>>> = { de: () => import("./german") };
const loaded = new Map<string, Words>();
const languageOf = (locale: string): string => locale.slice(0, 2).toLowerCase();

/** Fetches the words of a language, once. Where there are none, or they cannot be had, English stands. */
export async function loadWords(locale: string): Promise<void> {
  const language = languageOf(locale);
  if (!Object.hasOwn(others, language) || loaded.has(language)) return;
  const file = await others[language]?.().catch(() => undefined);
  if (file) loaded.set(language, file.words);
}

/** Words for a BCP 47 tag; English where there are none. Numbers are written as the locale writes them. */
export function translator(locale: string): Translate {
  const words = loaded.get(languageOf(locale)) ?? english;
  return (key, values = {}) =>
    words[key].replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? "";
      return typeof value === "number" ? formatNumber(value, locale) : value;
    });
}

export function formatNumber(value: number, locale: string): string {
  try {
    return new Intl.NumberFormat(locale, { maximumFractionDigits: 10 }).format(value);
  } catch {
    return String(value); // not a tag this browser knows
  }
}
