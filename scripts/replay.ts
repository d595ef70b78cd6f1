import { writeFileSync } from "node:fs";
import { readOptions, USAGE } from "./replay/cli-options.ts";
import { BarProgress } from "./replay/progress.ts";
import { badInput, ReplayError, reasonOf } from "./replay/replay-error.ts";
import { reportText } from "./replay/report-text.ts";
import { runReplay } from "./replay/run-replay.ts";

// Sends a file of till lines to a running platform and checks every balance. `npm run replay -- --help` says how.
const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ReplayError)) throw error;
  console.error(`replay: ${error.message}`);
  process.exitCode = error.exitCode;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env, process.cwd());
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  const report = await runReplay({
    ...options,
    progress: new BarProgress(process.stderr),
    signal: interrupt.signal,
  });
  console.log(reportText(report));
  if (options.json !== undefined) writeJson(options.json, report);
  return report.ok ? 0 : 1;
}

function writeJson(path: string, report: unknown): void {
  try {
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    throw badInput(`cannot write ${path}: ${reasonOf(error)}`);
  }
}
