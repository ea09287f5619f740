import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/**
 * Runs a program in a session of its own and ends it when the watched process ends, also by kill -9. It is plain `sh`,
 * so that it costs a megabyte and needs nothing of our runtime.
 *
 * $1 `pipe` (the end of standard input is the end of the parent) or a process id; $2 a folder to remove at the end or
 * empty; $3 the signal that asks the command to stop; the rest is the command. SIGQUIT follows after ten seconds and
 * SIGKILL after ten more. Where a process is watched, SIGTERM does nothing and SIGUSR1 ends it: the test runner sends
 * SIGTERM to every child of a test file at the file's end, and what is watched belongs to the whole run.
 */
const script = `
watched=$1; scratch=$2; signal=$3; shift 3
exec 3<&0
"$@" 3<&- </dev/null & child=$!
end() {
  kill -$signal $child 2>/dev/null
  for last in QUIT KILL; do
    tick=0
    while [ $tick -lt 100 ]; do kill -0 $child 2>/dev/null || return; sleep 0.1; tick=$((tick+1)); done
    kill -$last $child 2>/dev/null
  done
}
if [ "$watched" = pipe ]; then
  ( read -r _ <&3; end ) & watcher=$!
else
  ( while [ -d "/proc/$watched" ]; do sleep 0.5; done; end ) & watcher=$!
fi
exec 3<&-
trap 'end' INT USR1
if [ "$watched" = pipe ]; then trap 'end' TERM; else trap '' TERM; fi
wait $child; status=$?
while kill -0 $child 2>/dev/null; do wait $child; status=$?; done
kill $watcher 2>/dev/null
[ -n "$scratch" ] && rm -rf "$scratch"
exit $status
`;

export type Supervised = {
  readonly process: ChildProcess;
  /** Resolves with the exit code when the program has ended. */
  readonly ended: Promise<number>;
  /** Asks the program to end and waits for it. */
  readonly stop: () => Promise<number>;
};

export type SuperviseOptions = {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Receives what the program writes; emptied first. */
  readonly logFile: string;
  /** User and group to run as, when we are root. */
  readonly id?: number;
  /** Ends with this process instead of with the caller. Linux only. */
  readonly watchPid?: number;
  /** Removed when the program has ended. */
  readonly scratchDir?: string;
  /** Asks the program to stop: `INT` (a fast shutdown of Postgres) by default. */
  readonly endSignal?: "INT" | "TERM" | "KILL";
};

/** Starts a program under supervision; its own failure to start shows as `ended`. */
export function supervise(options: SuperviseOptions): Supervised {
  const log = openSync(options.logFile, "w", 0o600);
  const watched = options.watchPid === undefined ? "pipe" : String(options.watchPid);
  const args = [watched, options.scratchDir ?? "", options.endSignal ?? "INT", ...options.command];
  const child = spawn("/bin/sh", ["-c", script, "supervise", ...args], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: [options.watchPid === undefined ? "pipe" : "ignore", log, log],
    detached: true,
    ...(options.id === undefined ? {} : { uid: options.id, gid: options.id }),
  });
  closeSync(log);
  const ended = new Promise<number>((resolve) => {
    child.once("exit", (code) => resolve(code ?? 1));
    child.once("error", () => resolve(127));
  });
  child.stdin?.on("error", () => {});
  child.unref();
  return { process: child, ended, stop: () => stop(child, ended) };
}

function stop(child: ChildProcess, ended: Promise<number>): Promise<number> {
  child.ref();
  if (child.stdin) child.stdin.end();
  else if (child.pid !== undefined && child.exitCode === null) process.kill(child.pid, "SIGUSR1");
  return ended;
}
