import { existsSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command";
import { root } from "./platform";

/** A clone of this repository in a folder that nobody but its owner may enter, with the packages that were fetched for this one. */
export type Clone = { readonly folder: string; readonly home: string; readonly remove: () => Promise<unknown> };

const workspaces = ["", "web", "component", "edge", "identity"];

/** Clones what is committed. Packages are linked, not copied: they are read only, and half a gigabyte. */
export async function cloneInto(parent: string, owner: number): Promise<Clone> {
  const home = mkdtempSync(join(parent, "dap-clone-"));
  const folder = join(home, "dap");
  const packages = [".tools", ...workspaces.map((name) => join(name, "node_modules"))];
  const script = `
    git clone -q "$1" "$2"
    chown -R ${owner}:${owner} "$3"
    shift 3
    for name in "$@"; do
      [ -d "${root}$name" ] || continue
      cp -al "${root}$name" "${folder}/$name" 2>/dev/null || { rm -rf "${folder}/$name"; cp -a "${root}$name" "${folder}/$name"; }
      find "${folder}/$name" -type d -exec chown ${owner}:${owner} {} +
    done
    rm -f "${folder}"/.tools/lock "${folder}"/.tools/*.log`;
  const existing = packages.filter((name) => existsSync(join(root, name)));
  const { exitCode, output } = await runCommand(["sh", "-euc", script, "clone", root, folder, home, ...existing]);
  if (exitCode !== 0) throw new Error(`the clone failed: ${output}`);
  return { folder, home, remove: () => runCommand(["rm", "-rf", home]) };
}
