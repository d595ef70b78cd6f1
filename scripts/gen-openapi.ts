import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openapiDocument } from "../src/workers/reference/openapi-document.ts";

// Writes docs/openapi.json, or with --check only says whether it is current. The Worker's modules load on Node as they are:
// the POS API imports Durable Object classes as types alone, so nothing here asks for `cloudflare:workers`. Should a value
// ever be imported, this script fails at once and the import is to be mended.
const file = join(import.meta.dirname, "../docs/openapi.json");
const text = `${JSON.stringify(openapiDocument(), null, 2)}\n`;

if (!process.argv.includes("--check")) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
} else if (committed() !== text) {
  console.error("docs/openapi.json is not what the API serves: run `npm run gen:openapi` and commit it.");
  process.exitCode = 1;
}

function committed(): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
