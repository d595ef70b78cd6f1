import type { CompiledProgram } from "../../program/compile.ts";
import { fail, ok } from "../../result.ts";
import type { AdjustmentCommand, Decision } from "../command.ts";
import { plainDraft } from "../draft.ts";
import { availableOf } from "../due.ts";
import { PLAIN_LOT, takeFrom } from "../lot.ts";
import { type AccountState, unitState } from "../state.ts";
import { checkCard } from "./card.ts";

/** Decides a correction by hand, or an opening balance. Taking away more than is free to spend is refused. */
export function decideAdjustment(state: AccountState, command: AdjustmentCommand, program: CompiledProgram): Decision {
  const { type, unit, delta } = command;
  const refusedCard = checkCard(state, command.card_no);
  if (refusedCard !== null) return fail(refusedCard);
  if (!program.units.has(unit)) return fail({ code: "unit_unknown", unit });
  const why = { code: type === "opening" ? "opening" : "adjusted" } as const;
  const event = { type, unit, amount: delta } as const;
  if (delta > 0) return ok([plainDraft(event, [{ unit, lot: PLAIN_LOT, delta, why }])]);
  const available = availableOf(state, unit);
  if (available < -delta) return fail({ code: "insufficient_balance", unit, needed: -delta, available });
  const lots = unitState(state, unit).lots.filter((lot) => lot.bucket === "available");
  const entries = takeFrom(lots, -delta).map(({ key, amount }) => ({ unit, lot: key, delta: -amount, why }));
  return ok([plainDraft(event, entries)]);
}
