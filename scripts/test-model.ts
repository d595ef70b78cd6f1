import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

// The full run of the model: every sequence against the reference ledger. Options: --runs N --commands N --seed N, and
// --from N to begin with the sequence that a run stopped at (the `path` it printed).
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    from: { type: "string", default: "0" },
    commands: { type: "string", default: "100" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
console.log(`${values.runs} sequences of up to ${values.commands} commands, seed ${values.seed}`);
const { status } = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", "--project", "model"], {
  stdio: "inherit",
  env: {
    ...process.env,
    MODEL_RUNS: values.runs,
    MODEL_FROM: values.from,
    MODEL_COMMANDS: values.commands,
    MODEL_SEED: values.seed,
  },
});
process.exitCode = status ?? 1;
