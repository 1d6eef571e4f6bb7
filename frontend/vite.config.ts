import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Plugin, defineConfig } from "vitest/config";

const here = import.meta.dirname;

/** Puts every icon named in src/ui/icons.txt into one SVG sprite; the template tag `icon` refers to its symbols. */
function iconSprite(): Plugin {
  return {
    name: "icon-sprite",
    apply: "build",
    buildStart() {
      const list = resolve(here, "src/ui/icons.txt");
      this.addWatchFile(list);
      const symbols = readFileSync(list, "utf8")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line && !line.startsWith("#"))
        .map((name) => {
          const file = resolve(here, `node_modules/@tabler/icons/icons/outline/${name}.svg`);
          const inner = readFileSync(file, "utf8")
            .replace(/<!--[\s\S]*?-->/, "")
            .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
            .replace(/<\/svg>\s*$/, "")
            .replace(/\s*\n\s*/g, "");
          return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
        });
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "icons.svg",
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`,
      });
    },
  };
}

export default defineConfig({
  root: here,
  base: "/static/",
  publicDir: resolve(here, "public"),
  plugins: [iconSprite()],
  build: {
    outDir: resolve(here, "../src/firstwin/static"),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 3000,
    rollupOptions: { input: { main: resolve(here, "src/main.ts") } },
  },
  test: { environment: "jsdom", include: ["tests/**/*.test.ts"] },
});
