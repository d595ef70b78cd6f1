import { atRate, type Remainder } from "../../program/remainder.ts";
import { fail, ok } from "../../result.ts";
import type { Estate, RemainderChange } from "../booking.ts";
import type { AbsorbCommand, Decision, DeliveredCommand, HandOverCommand } from "../command.ts";
import { type EntryDraft, plainDraft } from "../draft.ts";
import { applyDrafts, releaseEntries } from "../due.ts";
import { lotKey } from "../lot.ts";
import { absorbNaturalKey } from "../natural-key.ts";
import type { AccountState } from "../state.ts";

/**
 * Decides that an account goes up in another: open holds are released, then every lot leaves with its dates. The booking
 * carries the whole estate, so that a delivery that was cut off can be repeated from it alone.
 */
export function decideHandOver(state: AccountState, command: HandOverCommand): Decision {
  const holds = Object.values(state.holds);
  const released = holds.flatMap((hold) => releaseEntries(hold, "cancelled"));
  const estate = estateOf(applyDrafts(state, released));
  const why = { code: "handed_over", reason: command.reason } as const;
  const leaving = estate.lots.map(({ unit, lot, amount }): EntryDraft => ({ unit, lot, delta: -amount, why }));
  const event = { type: "handed_over", to: command.to, reason: command.reason, estate } as const;
  return ok([plainDraft(event, [...released, ...leaving])]);
}

/** Decides to take in what another account handed over. The natural key lets it in once. */
export function decideAbsorb(state: AccountState, { from, reason, estate }: AbsorbCommand): Decision {
  const why = { code: "absorbed", reason } as const;
  const entries = estate.lots.map(({ unit, lot, amount }): EntryDraft => ({ unit, lot, delta: amount, why }));
  const remainders = Object.entries(estate.remainders).map(([rule, arriving]) => joined(state, rule, arriving));
  const meters = Object.entries(estate.meters ?? {}).flatMap(([meter, counts]) =>
    Object.entries(counts).map(([on, amount]) => ({ meter, on, amount })),
  );
  const along = meters.length === 0 ? {} : { meters };
  const draft = plainDraft({ type: "absorbed", from, reason, remainders, ...along }, entries);
  return ok([{ ...draft, natural_key: absorbNaturalKey(from) }]);
}

/** Decides that a delivery has arrived. Saying so twice is refused, and does no harm. */
export function decideDelivered(state: AccountState, { delivered }: DeliveredCommand): Decision {
  if (state.outbox[String(delivered)] === undefined) return fail({ code: "nothing_to_deliver" });
  return ok([plainDraft({ type: "delivered", delivered })]);
}

function estateOf(state: AccountState): Estate {
  const lots = Object.entries(state.units).flatMap(([unit, { lots: all }]) =>
    all.map((lot) => ({ unit, lot: lotKey(lot), amount: lot.amount })),
  );
  const { meters } = state;
  return { lots, remainders: state.remainders, ...(meters === undefined ? {} : { meters }) };
}

/** Fractions of a point add up, counted in the receiver's rate. */
function joined(state: AccountState, rule: string, arriving: Remainder): RemainderChange {
  const before = state.remainders[rule] ?? null;
  if (before === null) return { rule, before, after: arriving };
  const value = before.value + atRate(arriving, before.rate).value;
  return { rule, before, after: { value, rate: before.rate } };
}
