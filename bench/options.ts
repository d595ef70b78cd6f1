import { parseArgs } from "node:util";
import { messageOf, Problem } from "../scripts/start/problem.ts";

export interface BenchOptions {
  /** Fewer rounds on smaller accounts: shows that the bench works, proves little. */
  readonly quick: boolean;
  /** Exit with 1 when a budget is missed. */
  readonly strict: boolean;
  /** Where the figures go as JSON; null for nowhere. */
  readonly json: string | null;
  /** Where a CPU profile of the hot path goes instead of taking figures; null to take figures. */
  readonly profile: string | null;
}

/** How much is sent. */
export interface BenchSize {
  readonly rounds: number;
  /** Sales that every target gets before anything is measured: a runtime compiles what it runs often. */
  readonly warm: number;
  /** Requests per target and round, alone and by 16 clients. */
  readonly alone: number;
  readonly together: number;
  /** Accounts that the spread-out load goes to. */
  readonly accounts: number;
  readonly long_entries: number;
}

/** @throws Problem that names the wrong option */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        strict: { type: "boolean", default: false },
        json: { type: "string" },
        profile: { type: "string" },
      },
    });
    return {
      quick: values.quick,
      strict: values.strict,
      json: values.json ?? null,
      profile: values.profile ?? null,
    };
  } catch (error) {
    const complaint = messageOf(error).split(". To specify", 1)[0];
    throw new Problem(`${complaint}. Options: --quick  --strict  --json FILE  --profile FILE`);
  }
}

export function benchSize(quick: boolean): BenchSize {
  return quick
    ? { rounds: 3, warm: 320, alone: 100, together: 320, accounts: 100, long_entries: 10_000 }
    : { rounds: 10, warm: 8_000, alone: 300, together: 960, accounts: 1_000, long_entries: 100_000 };
}
