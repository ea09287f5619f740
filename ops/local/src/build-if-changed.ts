import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { Glob } from "bun";

const root = new URL("../../..", import.meta.url).pathname;

type Target = {
  readonly name: string;
  readonly sources: readonly string[];
  readonly output: string;
  readonly command: readonly string[];
};

const bun = process.execPath;
const targets: readonly Target[] = [
  {
    name: "component",
    sources: ["component/src/**/*", "component/*.{ts,json}"],
    output: "component/dist/dap-workflow.js",
    command: [bun, "--bun", "run", "component/build.ts"],
  },
  {
    name: "webapp",
    sources: [
      "web/**/*.{ts,tsx,css,svg,json,png}",
      "component/src/**/*",
      "core/contract/src/**/*",
      "core/expression/src/**/*",
    ],
    output: "web/server/entry.handler.js",
    command: [bun, "--bun", "run", "web/build.ts"],
  },
];

/** Builds what is missing or older than its sources; the sources' hash is kept in `.cache/build/`. Throws when a build fails. */
export async function ensureBuilt({ force = false }: { force?: boolean } = {}): Promise<void> {
  await mkdir(`${root}.cache/build`, { recursive: true });
  for (const target of targets) {
    const hash = await hashSources(target.sources);
    const stamp = Bun.file(`${root}.cache/build/${target.name}`);
    const isFresh =
      (await Bun.file(root + target.output).exists()) && (await stamp.exists()) && (await stamp.text()) === hash;
    if (isFresh && !force) continue;
    console.error(`building the ${target.name} ...`);
    await build(target);
    await Bun.write(stamp, hash);
  }
}

async function build({ name, command }: Target): Promise<void> {
  const child = Bun.spawn([...command], { cwd: root, stdout: "pipe", stderr: "pipe", stdin: "ignore" });
  const [output, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode === 0) return;
  console.error(output, errors);
  throw new Error(`the build of the ${name} failed (exit ${exitCode})`);
}

async function hashSources(patterns: readonly string[]): Promise<string> {
  const files = new Set(patterns.flatMap((pattern) => [...new Glob(pattern).scanSync({ cwd: root, onlyFiles: true })]));
  const isSource = (file: string): boolean =>
    !/(^|\/)(node_modules|dist|server|tmp)\//.test(file) && !/\.test\.tsx?$/.test(file);
  const hash = createHash("sha256").update(await Bun.file(`${root}bun.lock`).bytes());
  for (const file of [...files].filter(isSource).sort()) hash.update(file).update(await Bun.file(root + file).bytes());
  return hash.digest("hex");
}
