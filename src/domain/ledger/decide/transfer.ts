import type { CompiledProgram } from "../../program/compile.ts";
import { fail, ok } from "../../result.ts";
import type { Decision, TransferCommand } from "../command.ts";
import { type EntryDraft, plainDraft } from "../draft.ts";
import { availableOf, heldLot } from "../due.ts";
import { sumParts, takeFrom } from "../lot.ts";
import { type AccountState, unitState } from "../state.ts";
import { checkCard } from "./card.ts";

const WHAT = { nl: "een andere klant", en: "another member" };

/**
 * Decides that units go to another member: they stand reserved, soonest expiry first, until they have arrived there with
 * their dates. What was paid for with money never moves.
 */
export function decideTransfer(state: AccountState, command: TransferCommand, program: CompiledProgram): Decision {
  const { to, unit, amount, card_no } = command;
  const refusedCard = checkCard(state, card_no);
  if (refusedCard !== null) return fail(refusedCard);
  const facts = program.units.get(unit);
  if (facts === undefined) return fail({ code: "unit_unknown", unit });
  if (facts.kind !== "points" || program.document.transfers?.points !== true) return fail({ code: "transfers_off" });
  const lots = unitState(state, unit).lots.filter((lot) => lot.bucket === "available" && lot.class !== "paid");
  const taken = takeFrom(lots, amount);
  const available = Math.min(availableOf(state, unit), sumParts(taken));
  if (available < amount) return fail({ code: "insufficient_balance", unit, needed: amount, available });
  const why = { code: "reserved", what: WHAT } as const;
  const entries = taken.flatMap(({ key, amount: part }): EntryDraft[] => [
    { unit, lot: key, delta: -part, why },
    { unit, lot: heldLot(key), delta: part, why },
  ]);
  const parts = taken.map(({ key, amount: part }) => ({ from: key, amount: part }));
  return ok([plainDraft({ type: "transfer_sent", to, what: WHAT, unit, parts }, entries)]);
}
