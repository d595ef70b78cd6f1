import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

// Gathers what the Worker serves as static files into dist/public, which wrangler.toml names. wrangler refuses to start
// without that folder, so every npm script that needs it runs this first; it takes a few milliseconds.
const root = join(import.meta.dirname, "..");
const target = join(root, "dist/public");
const swaggerUi = join(root, "node_modules/swagger-ui-dist");
const own = join(root, "src/workers/reference/browser");

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
for (const { from, to } of files) copyIfChanged(from, join(target, to));

/** Leaves a file alone that is current, and never shows half of one: a running Worker may be reading it. */
function copyIfChanged(from: string, to: string): void {
  const wanted = readFileSync(from);
  if (existsSync(to) && readFileSync(to).equals(wanted)) return;
  mkdirSync(dirname(to), { recursive: true });
  const half = `${to}.${process.pid}.tmp`;
  writeFileSync(half, wanted);
  renameSync(half, to);
}
