import { globSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** Before the name of what files have in common, which is no file. */
const SHARED = "virtual:worker/";

const emptyMap = btoa(JSON.stringify({ version: 3, sources: [], names: [], mappings: "" }));
/**
 * An empty source map in vite's own form. Without one the runner searches the whole of the module for it, for each line of each
 * stack that is read: Stripe's client reads one with every call, which took 6 to 30 ms.
 */
const NO_SOURCE_MAP = [
  "//# sourceMappingSource=vite-generated",
  `//# ${"sourceMappingURL"}=data:application/json;base64,${emptyMap}`,
  "",
].join("\n");

/**
 * Loads all that the Worker is made of as one module, of which each file under `src/` shows its exports. Every test
 * file has an isolate of its own, and to fetch several hundred modules into each took longer than the tests did.
 */
export function oneModuleWorker(layers: readonly string[]): Plugin {
  let bundled: Promise<Bundle> | undefined;
  return {
    name: "one-module-worker",
    enforce: "pre",
    resolveId: (id) => (id.includes(`/${SHARED}`) ? `\0${id.slice(id.indexOf(SHARED))}` : null),
    async load(id) {
      const name = id.startsWith(`\0${SHARED}`) ? id.slice(1) : nameOf(id);
      if (!name.startsWith(SHARED) && !name.startsWith("src/")) return null;
      bundled ??= bundle(layers);
      const code = (await bundled).get(name);
      return code === undefined ? null : { code: `${code}\n${NO_SOURCE_MAP}`, map: { mappings: "" } };
    },
  };
}

/** Text by the path of the file whose exports it has, without `.ts`, or by what begins with {@link SHARED}. */
type Bundle = ReadonlyMap<string, string>;

function nameOf(file: string): string {
  return relative(root, file).replaceAll(sep, "/").replace(/\.ts$/, "");
}

async function bundle(layers: readonly string[]): Promise<Bundle> {
  const files = globSync(`src/{${layers.join(",")}}/**/*.ts`, {
    cwd: root,
    exclude: ["**/*.d.ts", "**/browser/**"],
  });
  const result = await build({
    configFile: false,
    root,
    logLevel: "error",
    publicDir: false,
    ssr: { target: "webworker", noExternal: true, resolve: { conditions: ["workerd", "worker", "browser", "module"] } },
    build: {
      ssr: true,
      write: false,
      minify: false,
      target: "esnext",
      rollupOptions: {
        input: Object.fromEntries(files.map((file) => [nameOf(join(root, file)), join(root, file)])),
        external: [/^cloudflare:/, /^node:/],
        output: {
          entryFileNames: "[name]",
          chunkFileNames: `${SHARED}[name]`,
          codeSplitting: { groups: [{ name: "whole", test: /./ }] },
        },
      },
    },
  });
  const outputs = [result].flat().flatMap((part) => ("output" in part ? part.output : []));
  return new Map(outputs.flatMap((part) => (part.type === "chunk" ? [[part.fileName, part.code] as const] : [])));
}
