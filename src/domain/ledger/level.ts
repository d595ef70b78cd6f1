import type { CompiledProgram } from "../program/compile.ts";
import { tierLevel } from "../program/tier.ts";
import type { TierLevel } from "../program/tier-rules.ts";
import { monthOf } from "../time/calendar.ts";
import { localDate } from "../time/local-date.ts";
import type { AccountState } from "./state.ts";

/** The member's level at an instant; null below the lowest and in a programme without levels. */
export function levelAt(state: AccountState, { document }: CompiledProgram, at_ms: number): TierLevel | null {
  if (document.tiers === undefined) return null;
  return tierLevel(document.tiers, state.meters ?? {}, monthOf(localDate(at_ms, document.timezone)));
}
