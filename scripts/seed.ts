import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { runSeed } from "./seed/run-seed.ts";
import { readJson } from "./start/json-file.ts";
import { parseSeedSize, seedSizeOptions } from "./start/options.ts";
import { reportFailure } from "./start/problem.ts";
import { stopSignal } from "./start/stop-signal.ts";

// Loads the demo merchants into a running platform, or brings those that are there up to today.
const { values } = parseArgs({
  options: { url: { type: "string" }, state: { type: "string", default: ".stempel" }, ...seedSizeOptions },
});
const state = resolve(import.meta.dirname, "..", values.state);
const running = readJson(resolve(state, "server.json"))?.["url"];
const url = values.url ?? (typeof running === "string" ? running : "http://localhost:8787");
const signal = stopSignal();
try {
  const demo = await runSeed({ url, state, size: parseSeedSize(values), upToNow: true, signal });
  console.log(`${demo.demo.name} is up to date on ${url}. Test key: ${demo.demo.testKey}`);
} catch (error) {
  if (!signal.aborted) reportFailure(error);
  process.exitCode = signal.aborted ? 130 : 1;
}
