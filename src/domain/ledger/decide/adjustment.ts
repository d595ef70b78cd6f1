import { type CompiledProgram, givenLot, paidLot, policyOf } from "../../program/compile.ts";
import { fail, ok } from "../../result.ts";
import { localDate } from "../../time/local-date.ts";
import type { AdjustmentCommand, Decision } from "../command.ts";
import { plainDraft } from "../draft.ts";
import { availableOf } from "../due.ts";
import { sumParts, takeFrom } from "../lot.ts";
import { type AccountState, unitState } from "../state.ts";
import { checkCard } from "./card.ts";

/** Decides a correction by hand, or an opening balance. Taking away more than is free to spend is refused. */
export function decideAdjustment(
  state: AccountState,
  command: AdjustmentCommand,
  program: CompiledProgram,
  now_ms: number,
): Decision {
  const { type, unit, delta } = command;
  const refusedCard = checkCard(state, command.card_no);
  if (refusedCard !== null) return fail(refusedCard);
  if (!program.units.has(unit)) return fail({ code: "unit_unknown", unit });
  const why = { code: type === "opening" ? "opening" : "adjusted" } as const;
  const event = { type, unit, amount: delta } as const;
  if (delta > 0) {
    // What is given by hand can be spent at once; it expires like what is earned today.
    const policy = { ...policyOf(program, unit), pending_days: 0 };
    const today = localDate(now_ms, program.document.timezone);
    const lot = command.origin === "paid" ? paidLot(program, unit, today) : givenLot(program, unit, today, policy);
    return ok([plainDraft(event, [{ unit, lot, delta, why }])]);
  }
  // What was paid for with money is the member's own: no correction takes it.
  const lots = unitState(state, unit).lots.filter((lot) => lot.bucket === "available" && lot.class !== "paid");
  const available = Math.min(availableOf(state, unit), sumParts(lots));
  if (available < -delta) return fail({ code: "insufficient_balance", unit, needed: -delta, available });
  const entries = takeFrom(lots, -delta).map(({ key, amount }) => ({ unit, lot: key, delta: -amount, why }));
  return ok([plainDraft(event, entries)]);
}
