import { closeSync, openSync, readFileSync } from "node:fs";

/**
 * Resolves when the process is told to stop (SIGTERM, SIGINT, or its terminal is closed), for a drain; a second SIGTERM or
 * SIGINT ends it at once. Started with `nohup` it does not mind a closed terminal.
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
    process.on("SIGTERM", ask);
    process.on("SIGINT", ask);
    if (isHangupIgnored()) return;
    process.on("SIGHUP", ask);
    if (process.stdin.isTTY) watchTerminal(() => ask("SIGHUP"));
  });
}

/** Asked before a handler of ours takes the place of what the parent wished. */
function isHangupIgnored(): boolean {
  try {
    const mask = /SigIgn:\s*([0-9a-f]+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
    return (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return false; // Not Linux: as most are started.
  }
}

const lookEveryMs = 1_000;

/**
 * Where make is the first program of a terminal (`ssh -t host make start`), the kernel tells make alone that the terminal is
 * gone, and make waits for us. So we look ourselves; reading from it would stop a platform in the background.
 */
function watchTerminal(onGone: () => void): void {
  const timer = setInterval(() => {
    try {
      closeSync(openSync("/dev/tty", "r"));
    } catch {
      clearInterval(timer);
      onGone();
    }
  }, lookEveryMs);
  timer.unref();
}
