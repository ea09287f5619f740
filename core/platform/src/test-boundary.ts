import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative } from "node:path";

export type Boundary = {
  /** The package's folder: `join(import.meta.dir, "..")` in `src/boundary.test.ts`. */
  readonly packageDir: string;
  /** Packages that sources may import, e.g. `@dap/contract`; an entry also allows the package's subpaths. */
  readonly allow: readonly string[];
  /** Further packages for `*.test.ts`, `*.contract.ts` and `test-*.ts`. `@dap/platform` and `fast-check` always are. */
  readonly allowInTests?: readonly string[];
  /** Whether sources may use `node:*` and `bun`; pure packages say `false`. */
  readonly allowRuntime?: boolean;
};

/** Fails, naming file and line, if a source of the package imports what its place in the picture does not allow. */
export function expectImports(boundary: Boundary): void {
  const offences = findForbiddenImports(boundary);
  if (offences.length > 0) throw new Error(`Imports that cross the boundary:\n${offences.join("\n")}`);
}

/** One `file:line  specifier  reason` for each forbidden import; empty when all is well. */
export function findForbiddenImports(boundary: Boundary): readonly string[] {
  const files = sourceFiles(boundary.packageDir);
  if (files.length === 0) throw new Error(`No sources below ${boundary.packageDir}`);
  return files.flatMap((file) => checkFile(file, boundary));
}

function checkFile(file: string, boundary: Boundary): string[] {
  const allowed = isTestFile(file)
    ? [...boundary.allow, ...testPackages, ...(boundary.allowInTests ?? [])]
    : boundary.allow;
  const hasRuntime = isTestFile(file) || (boundary.allowRuntime ?? true);
  return readImports(readFileSync(file, "utf8")).flatMap(({ specifier, line }) => {
    const reason = whyForbidden(specifier, allowed, hasRuntime);
    return reason === undefined ? [] : [`${relative(boundary.packageDir, file)}:${line}  ${specifier}  ${reason}`];
  });
}

const testPackages = ["@dap/platform", "fast-check"];
const isTestFile = (file: string): boolean => /(\.test|\.contract)\.tsx?$|\/test-[^/]*\.ts$|\.e2e\.ts$/.test(file);

function whyForbidden(specifier: string, allowed: readonly string[], hasRuntime: boolean): string | undefined {
  if (specifier.startsWith(".")) return specifier.startsWith("../../") ? "climbs more than one folder" : undefined;
  if (isRuntime(specifier)) return hasRuntime ? undefined : "is not for a pure package";
  const isAllowed = allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  return isAllowed ? undefined : "is not in the list of this package";
}

const isRuntime = (specifier: string): boolean =>
  specifier === "bun" || /^(node|bun):/.test(specifier) || builtinModules.includes(specifier);

/** Import, export-from, dynamic import and require, wherever they stand in code; comments are blanked out first. */
function readImports(source: string): { specifier: string; line: number }[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(["'])([^"'\n]+)\1/g;
  return [...code.matchAll(pattern)].map((match) => ({
    specifier: match[2] ?? "",
    line: code.slice(0, match.index).split("\n").length,
  }));
}

function sourceFiles(packageDir: string): string[] {
  return readdirSync(join(packageDir, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
