import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

// The full run of the model: every sequence against the reference ledger. Options: --runs N --commands N --seed N.
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    commands: { type: "string", default: "100" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
console.log(`${values.runs} sequences of up to ${values.commands} commands, seed ${values.seed}`);
const { status } = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", "--project", "model"], {
  stdio: "inherit",
  env: { ...process.env, MODEL_RUNS: values.runs, MODEL_COMMANDS: values.commands, MODEL_SEED: values.seed },
});
process.exitCode = status ?? 1;
