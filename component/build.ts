/** Builds the files that pages load into `dist/` and prints their sizes: `bun component/build.ts`. */
import { mkdirSync, rmSync } from "node:fs";

/** `dap-workflow.js` and the parts it fetches when it needs them, by file name. Throws with the compiler's messages. */
export async function buildComponent(): Promise<ReadonlyMap<string, string>> {
  const result = await Bun.build({
    entrypoints: [`${import.meta.dir}/src/index.ts`],
    target: "browser",
    format: "esm",
    minify: true,
    splitting: true,
    naming: { entry: "dap-workflow.[ext]", chunk: "dap-workflow-[hash].[ext]" },
    // What `bun build --production` says: without it Lit would come in its development form.
    define: { "process.env.NODE_ENV": '"production"' },
    conditions: ["browser", "production"],
  });
  if (!result.success) throw new AggregateError(result.logs, "the component cannot be built");
  const files = result.outputs.map(async (output) => [output.path.replace(/^.*\//, ""), await output.text()] as const);
  return new Map(await Promise.all(files));
}

/** The entry and everything it imports at once, as opposed to what it fetches later. */
export function initialFiles(files: ReadonlyMap<string, string>, name = "dap-workflow.js"): string[] {
  const imports = [...(files.get(name) ?? "").matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
  return [...new Set([name, ...imports.flatMap((one) => initialFiles(files, one))])];
}

export const gzipBytes = (text: string): number => Bun.gzipSync(text, { level: 9 }).length;

if (import.meta.main) {
  const folder = `${import.meta.dir}/dist`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = await buildComponent();
  for (const [name, text] of files) {
    await Bun.write(`${folder}/${name}`, text);
    const when = initialFiles(files).includes(name) ? "at once" : "when needed";
    console.log(`dist/${name}  ${text.length} bytes, ${gzipBytes(text)} bytes gzip, ${when}`);
  }
}
