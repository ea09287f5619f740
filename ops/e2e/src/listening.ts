import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export type Listener = { readonly address: string; readonly port: number };

/** What a process listens on, as the kernel tells (Linux). Addresses are as in /proc: 0100007F is 127.0.0.1. */
export function listenersOf(pid: number): Listener[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1]),
  );
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[3] === "0A" && inodes.has(columns[9]))
      .map((columns) => {
        const [address = "", port = ""] = (columns[1] ?? "").split(":");
        return { address, port: Number.parseInt(port, 16) };
      }),
  );
}

/** Resident memory of a process, in MiB. */
export const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_024;

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // closed meanwhile
  }
}
