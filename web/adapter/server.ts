import { join } from "node:path";
import { bunServerAdapter } from "@builder.io/qwik-city/adapters/bun-server/vite";
import { defineConfig, mergeConfig } from "vite";
import client from "../vite.config";

const source = join(import.meta.dirname, "..", "src");

/** The server half: one module that exports a `fetch` handler. Its list of client files comes from the client build. */
export default mergeConfig(
  client,
  defineConfig({
    build: {
      ssr: true,
      rollupOptions: { input: [join(source, "entry.web.ts"), "@qwik-city-plan", join(source, "entry.ssr.tsx")] },
    },
    plugins: [bunServerAdapter({ ssg: null })],
  }),
);
