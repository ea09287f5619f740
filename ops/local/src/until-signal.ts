/**
 * Resolves when the process is told to stop (SIGTERM, SIGINT, or SIGHUP when its terminal is closed), for a drain; a second
 * SIGTERM or SIGINT ends it at once.
 */
export function untilSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    let isAsked = false;
    const ask = (signal: NodeJS.Signals): void => {
      // A closing terminal says it more than once, and nobody is there who could be in a hurry.
      if (isAsked && signal !== "SIGHUP") process.exit(130);
      isAsked = true;
      resolve(undefined);
    };
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, ask);
  });
}
