/** `make check`: formatting and lint, then the types of every package, then the import boundaries. Ends at the first failure. */
import { Glob } from "bun";
import { runStep } from "./command";

const root = new URL("../../..", import.meta.url).pathname;
const bun = process.execPath;

await runStep("format and lint", [bun, "x", "biome", "check", "--error-on-warnings", "."], root);
for (const config of [...new Glob("{core/*,edge,identity,web,component,ops}/tsconfig.json").scanSync(root)].sort())
  await runStep(`types of ${config.replace("/tsconfig.json", "")}`, [bun, "x", "tsc", "-p", config], root);
await runStep(
  "boundaries",
  [bun, "test", ...new Glob("**/src/boundary.test.ts").scanSync(root)].filter(
    (path) => !path.includes("node_modules/"),
  ),
  root,
);
