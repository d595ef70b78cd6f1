import { createHash } from "node:crypto";
import { fail, ok, type Result } from "../../domain/result.ts";
import type { MerchantConfig, ProgramText, ProgramVersionFacts } from "../../domain/tenancy/config.ts";
import type { ConfigRefusal } from "./protocol.ts";

/** What is in the registry when a configuration arrives. */
export interface KnownConfig {
  readonly version: number | null;
  readonly programs: readonly ProgramVersionFacts[];
}

export type ConfigVerdict =
  | { readonly outcome: "applied"; readonly newPrograms: readonly ProgramText[] }
  | { readonly outcome: "stale" | "same" };

/**
 * Decides what becomes of a pushed configuration. Pushes may come late, twice or out of order, so only a higher version
 * counts. Programme texts are kept for ever and never change: bookings refer to them.
 */
export function judgeConfig(
  known: KnownConfig,
  config: MerchantConfig,
  programs: readonly ProgramText[],
): Result<ConfigVerdict, ConfigRefusal> {
  if (known.version !== null && config.version < known.version) return ok({ outcome: "stale" });
  if (known.version === config.version) return ok({ outcome: "same" });

  const before = new Map(known.programs.map((program) => [program.version, program]));
  const sent = new Map(programs.map((program) => [program.version, program]));
  for (const program of programs) {
    const old = before.get(program.version);
    const changed = old !== undefined && !sameProgram(old, program);
    if (changed || sha256Hex(program.json) !== program.hash) {
      return fail({ code: "program_conflict", version: program.version });
    }
  }
  const missing: number[] = [];
  for (const facts of config.programs) {
    const text = before.get(facts.version) ?? sent.get(facts.version);
    if (text === undefined) missing.push(facts.version);
    else if (!sameProgram(text, facts)) return fail({ code: "program_conflict", version: facts.version });
  }
  if (missing.length > 0) return fail({ code: "program_missing", versions: missing });
  return ok({ outcome: "applied", newPrograms: [...sent.values()].filter(({ version }) => !before.has(version)) });
}

function sameProgram(left: ProgramVersionFacts, right: ProgramVersionFacts): boolean {
  return left.hash === right.hash && left.effective_at_ms === right.effective_at_ms;
}

function sha256Hex(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
