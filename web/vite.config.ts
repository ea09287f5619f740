import { join } from "node:path";
import { qwikVite } from "@builder.io/qwik/optimizer";
import { qwikCity } from "@builder.io/qwik-city/vite";
import { defineConfig } from "vite";

/** Where both halves are written: `build.ts` builds beside the running ones and then puts them in place. */
const out = process.env.WEB_OUT ?? import.meta.dirname;

/** The client half; `adapter/server.ts` extends it with the server half. Run both through `build.ts`, never one alone. */
export default defineConfig({
  plugins: [
    qwikCity({ trailingSlash: false }),
    qwikVite({
      client: { outDir: join(out, "dist") },
      ssr: { outDir: join(out, "server") },
      // Styles stay in one cached file, so that the content policy needs no inline style sheet.
      optimizerOptions: { inlineStylesUpToBytes: -1 },
    }),
  ],
  resolve: { alias: { "@dap/web": join(import.meta.dirname, "src") } },
  build: { target: "es2022" },
  clearScreen: false,
});
