import { qwikVite } from "@builder.io/qwik/optimizer";
import { qwikCity } from "@builder.io/qwik-city/vite";
import { defineConfig } from "vite";

/** The client half; `adapter/server.ts` extends it with the server half. Run both through `build.ts`, never one alone. */
export default defineConfig({
  plugins: [
    qwikCity({ trailingSlash: false }),
    // Styles stay in one cached file, so that the content policy needs no inline style sheet.
    qwikVite({ optimizerOptions: { inlineStylesUpToBytes: -1 } }),
  ],
  build: { target: "es2022" },
  clearScreen: false,
});
