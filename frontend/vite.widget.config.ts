import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const here = import.meta.dirname;
const version = /^version = "(.+)"$/m.exec(readFileSync(resolve(here, "../pyproject.toml"), "utf8"))![1]!;

/** The script for the vendor's product: one file without imports, at a fixed name. */
export default defineConfig({
  root: here,
  publicDir: false,
  define: { __VERSION__: JSON.stringify(version) },
  build: {
    outDir: resolve(here, "../src/firstwin/static/widget"),
    emptyOutDir: true,
    target: "es2022",
    lib: {
      entry: resolve(here, "src/widget/firstwin.ts"),
      name: "firstwinScript",
      formats: ["iife"],
      fileName: () => "firstwin.js",
    },
  },
});
