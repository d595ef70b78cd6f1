import type { ProgramVersionFacts } from "../../domain/tenancy/config.ts";

/** A day more than a late sale may be: caches are up to a minute old, and clocks differ. */
const WINDOW_MS = 8 * 86_400_000;

/**
 * The versions that a caller may need from now on: every one in force at some moment of the last 8 days, the one in force
 * now, and all that are scheduled. Not only the next: a caller whose configuration is current is not sent programmes
 * again, and may still be running when the one after the next takes effect. By effective date, oldest first.
 */
export function programsToServe(programs: readonly ProgramVersionFacts[], now_ms: number): ProgramVersionFacts[] {
  const ordered = [...programs].sort((a, b) => a.effective_at_ms - b.effective_at_ms || a.version - b.version);
  const inForceAtStart = ordered.findLastIndex((program) => program.effective_at_ms <= now_ms - WINDOW_MS);
  return ordered.slice(Math.max(inForceAtStart, 0));
}
