/**
 * Builds the webapp: client and server in one go, because the server half has the client's file list inside.
 * `bun web/build.ts` does nothing when no source has changed since the last build; `--force` builds anyway.
 */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

const root = import.meta.dir;
const stampFile = join(root, "server", "stamp");
const sources = ["src", "public", "adapter", "build.ts", "vite.config.ts", "tsconfig.json", "package.json"];
const shared = ["../bun.lock", "../core/contract/src", "../core/expression/src"];

function listFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  const items = readdirSync(path, { withFileTypes: true, recursive: true });
  return items
    .filter((item) => item.isFile() && !item.name.includes(".test."))
    .map((item) => join(item.parentPath, item.name));
}

/** A hash over the names and contents of everything that goes into the build. */
async function stampOf(): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  const paths = [...sources, ...shared].map((name) => join(root, name));
  const files = paths.flatMap((path) => (path.match(/\.\w+$/) ? [path] : listFiles(path))).sort();
  for (const file of files) hasher.update(relative(root, file)).update(await Bun.file(file).bytes());
  return hasher.digest("hex");
}

/** A `.gz` beside every text file, so that serving costs no compression. */
async function compressFiles(folder: string): Promise<void> {
  for (const file of listFiles(folder)) {
    if (!/\.(js|css|svg|json|txt)$/.test(file)) continue;
    const bytes = await Bun.file(file).bytes();
    if (bytes.byteLength > 512) await Bun.write(`${file}.gz`, Bun.gzipSync(bytes, { level: 9 }));
  }
}

const stamp = await stampOf();
const isFresh = (await Bun.file(stampFile).exists()) && (await Bun.file(stampFile).text()) === stamp;
if (isFresh && !Bun.argv.includes("--force")) {
  console.log("web: nothing has changed since the last build");
} else {
  const startedAtMs = performance.now();
  // Loaded only when there is work: most starts find everything built.
  const { build } = await import("vite");
  // Vite decides by this whether Qwik's development checks are left in.
  process.env.NODE_ENV = "production";
  // Built aside and renamed into place at the end: a server that is running, or a second build, sees whole builds only.
  const aside = join(root, "tmp", `build-${process.pid}`);
  process.env.WEB_OUT = aside;
  const options = { root, logLevel: "warn", mode: "production" } as const;
  try {
    await build({ ...options, configFile: join(root, "vite.config.ts") });
    await build({ ...options, configFile: join(root, "adapter", "server.ts") });
    await compressFiles(join(aside, "dist"));
    await Bun.write(join(aside, "server", "stamp"), stamp);
    for (const half of ["dist", "server"]) {
      rmSync(join(root, half), { recursive: true, force: true });
      renameSync(join(aside, half), join(root, half));
    }
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  console.log(`web: built in ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`);
}
