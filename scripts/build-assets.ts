import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "vite";

// Gathers what the Worker serves as static files into dist/public, which wrangler.toml names. wrangler refuses to start
// without that folder, so every npm script that needs it runs this first; it takes less than a second.
const root = join(import.meta.dirname, "..");
const target = join(root, "dist/public");
const swaggerUi = join(root, "node_modules/swagger-ui-dist");
const own = join(root, "src/workers/reference/browser");
const web = join(root, "src/web");

const files = [
  { from: join(swaggerUi, "swagger-ui-bundle.js"), to: "assets/swagger-ui/swagger-ui-bundle.js" },
  { from: join(swaggerUi, "swagger-ui.css"), to: "assets/swagger-ui/swagger-ui.css" },
  { from: join(swaggerUi, "LICENSE"), to: "assets/swagger-ui/LICENSE.txt" },
  { from: join(own, "start-swagger-ui.js"), to: "assets/reference/start-swagger-ui.js" },
  { from: join(own, "page.css"), to: "assets/reference/page.css" },
  { from: join(own, "swagger-ui-fit.css"), to: "assets/reference/swagger-ui-fit.css" },
  { from: join(own, "_headers"), to: "_headers" },
];

if (!existsSync(swaggerUi)) {
  console.error("swagger-ui-dist is not installed: run `npm ci` first.");
  process.exit(1);
}
for (const { from, to } of files) writeIfChanged(readFileSync(from), join(target, to));
writeIfChanged(await bundle(join(web, "card/card.ts")), join(target, "assets/card/card.js"));
writeIfChanged(joined(["ui/tokens.css", "card/card.css"]), join(target, "assets/card/card.css"));

/** One script with all that it imports, for browsers of the last three years. */
async function bundle(entry: string): Promise<Buffer> {
  const result = await build({
    configFile: false,
    root,
    logLevel: "error",
    build: { write: false, target: "es2022", lib: { entry, formats: ["es"] }, minify: true },
  });
  const [output] = [result].flat();
  if (output === undefined || !("output" in output)) throw new Error(`${entry} was not bundled`);
  const [chunk, ...others] = output.output;
  if (others.length > 0) throw new Error(`${entry} became more than one file`);
  return Buffer.from(chunk.code);
}

/** Style sheets as one, in this order. */
function joined(paths: readonly string[]): Buffer {
  return Buffer.concat(paths.map((path) => readFileSync(join(web, path))));
}

/** Leaves a file alone that is current, and never shows half of one: a running Worker may be reading it. */
function writeIfChanged(wanted: Buffer, to: string): void {
  if (existsSync(to) && readFileSync(to).equals(wanted)) return;
  mkdirSync(dirname(to), { recursive: true });
  const half = `${to}.${process.pid}.tmp`;
  writeFileSync(half, wanted);
  renameSync(half, to);
}
