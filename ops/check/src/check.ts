/** `make check`: formatting and lint, then the types of every package, then the import boundaries. Ends at the first failure. */
import { Glob } from "bun";
import { runStep } from "./command";

const root = new URL("../../..", import.meta.url).pathname;
const bun = process.execPath;

const packages = findAll("**/tsconfig.json").map((path) => path.replace("/tsconfig.json", ""));
const boundaries = findAll("**/src/boundary.test.ts");
await runStep("format and lint", [bun, "x", "biome", "check", "--error-on-warnings", "."], root);
for (const folder of packages) await runStep(`types of ${folder}`, [bun, "x", "tsc", "-p", folder], root);
await runStep("boundaries", [bun, "test", ...boundaries], root);

/** Paths of our own files. Fails when there are none: a check of nothing must not pass. */
function findAll(pattern: string): readonly string[] {
  const found = [...new Glob(pattern).scanSync(root)]
    .filter((path) => !/(^|\/)(node_modules|\.\w+)\//.test(path))
    .sort();
  if (found.length === 0) throw new Error(`no file is called ${pattern}`);
  return found;
}
