/** Builds `dist/dap-workflow.js`, the one file that pages load, and prints its size. Run from the repository's root or here. */
import { mkdirSync } from "node:fs";

/** The bundle as text, as it is shipped. Throws with the compiler's messages. */
export async function buildComponent(): Promise<string> {
  const result = await Bun.build({
    entrypoints: [`${import.meta.dir}/src/index.ts`],
    target: "browser",
    format: "esm",
    minify: true,
    define: { "process.env.NODE_ENV": '"production"' },
    conditions: ["browser", "production"],
  });
  const [output] = result.outputs;
  if (!result.success || !output) throw new AggregateError(result.logs, "the component cannot be built");
  return output.text();
}

if (import.meta.main) {
  const text = await buildComponent();
  mkdirSync(`${import.meta.dir}/dist`, { recursive: true });
  await Bun.write(`${import.meta.dir}/dist/dap-workflow.js`, text);
  console.log(`dist/dap-workflow.js  ${text.length} bytes, ${Bun.gzipSync(text).length} bytes gzip`);
}
