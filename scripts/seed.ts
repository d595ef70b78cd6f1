import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { runSeed, type SeedRequest } from "./seed/run-seed.ts";
import { readJson } from "./start/json-file.ts";
import { parseSeedSize, seedSizeOptions } from "./start/options.ts";
import { clause, messageOf, Problem, reportFailure } from "./start/problem.ts";
import { stopSignal } from "./start/stop-signal.ts";

// Loads the demo merchants into a running platform, or brings those that are there up to today.
const signal = stopSignal();
try {
  const request = parseRequest(process.argv.slice(2));
  const { demo } = await runSeed(request);
  console.log(`${demo.name} is up to date on ${request.url}. Test key: ${demo.testKey}`);
} catch (error) {
  if (!signal.aborted) reportFailure(error);
  process.exitCode = signal.aborted ? 130 : 1;
}

function parseRequest(args: string[]): SeedRequest {
  const values = parse(args);
  const state = resolve(import.meta.dirname, "..", values.state);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const running = readJson(resolve(state, "server.json"))?.["url"];
  const url = values.url ?? (typeof running === "string" ? running : "http://localhost:8787");
  return { url, state, size: parseSeedSize(values), upToNow: true, signal };
}

function parse(args: string[]) {
  const options = {
    url: { type: "string" },
    state: { type: "string", default: ".stempel" },
    ...seedSizeOptions,
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Problem(`${clause(messageOf(error))}. Options: --url URL  --state DIR  --members N  --months N`);
  }
}
