import { parseArgs } from "node:util";
import { messageOf, Problem } from "./problem.ts";

/** How much the demo merchant gets. */
export interface SeedSize {
  readonly members: number;
  readonly months: number;
}

export interface StartOptions {
  readonly port: number;
  /** Where everything that lasts is kept. */
  readonly state: string;
  readonly config: string;
  readonly reset: boolean;
  readonly seed: boolean;
  readonly size: SeedSize;
  /** Build and load again when a source file changes. */
  readonly watch: boolean;
}

const USAGE = "Options: --port N  --reset  --no-seed  --watch  --state DIR  --config FILE  --members N  --months N";

/** @throws Problem that names the wrong option */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const { values } = parse(args);
  return {
    port: wholeNumber("--port", values.port, 1, 65_535),
    state: values.state,
    config: values.config,
    reset: values.reset,
    seed: !values["no-seed"],
    size: parseSeedSize(values),
    watch: values.watch,
  };
}

export function parseSeedSize(values: { readonly members: string; readonly months: string }): SeedSize {
  return {
    members: wholeNumber("--members", values.members, 1, 5_000),
    months: wholeNumber("--months", values.months, 1, 12),
  };
}

export const seedSizeOptions = {
  members: { type: "string", default: "60" },
  months: { type: "string", default: "3" },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "8787" },
        state: { type: "string", default: ".stempel" },
        config: { type: "string", default: "wrangler.toml" },
        reset: { type: "boolean", default: false },
        "no-seed": { type: "boolean", default: false },
        watch: { type: "boolean", default: false },
        ...seedSizeOptions,
      },
    });
  } catch (error) {
    throw new Problem(`${messageOf(error).split(". To specify", 1)[0]}. ${USAGE}`);
  }
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Problem(`${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`);
}
