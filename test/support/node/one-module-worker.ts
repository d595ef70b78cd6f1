import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * Loads the Worker as one module, bundled the way wrangler bundles it for a deployment. Every test file has an isolate
 * of its own, and to fetch several hundred modules into each took longer than the tests did.
 */
export function oneModuleWorker(main: string): Plugin {
  const entry = fileURLToPath(new URL(main, `file://${root}`));
  let bundled: Promise<string> | undefined;
  return {
    name: "one-module-worker",
    enforce: "pre",
    load(id) {
      if (id !== entry) return null;
      bundled ??= bundle(entry);
      return bundled;
    },
  };
}

async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    root,
    logLevel: "error",
    publicDir: false,
    ssr: { target: "webworker", noExternal: true },
    resolve: { conditions: ["workerd", "worker", "browser", "module"] },
    build: {
      ssr: entry,
      write: false,
      minify: false,
      target: "esnext",
      rollupOptions: { external: [/^cloudflare:/, /^node:/], output: { codeSplitting: false } },
    },
  });
  const [output] = [result].flat();
  if (output === undefined || !("output" in output)) throw new Error(`${entry} was not bundled`);
  return output.output[0].code;
}
