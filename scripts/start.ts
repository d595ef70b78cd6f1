import { resolve } from "node:path";
import { codeOf, Problem, reportFailure } from "./start/problem.ts";

// Brings the platform up on this machine; `npm run dev` does the same and follows changes of the source.
try {
  const { start } = await loadStart();
  await start(process.argv.slice(2), resolve(import.meta.dirname, ".."));
  process.exit(0);
} catch (error) {
  reportFailure(error);
  process.exit(1);
}

/** Loaded late, so that missing packages are told in one line. */
async function loadStart() {
  try {
    return await import("./start/run.ts");
  } catch (error) {
    if (codeOf(error) === "ERR_MODULE_NOT_FOUND") throw new Problem("Packages are missing: run `npm ci` first.");
    throw error;
  }
}
