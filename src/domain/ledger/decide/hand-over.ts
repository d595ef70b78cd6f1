import { atRate, type Remainder } from "../../program/remainder.ts";
import { fail, ok } from "../../result.ts";
import type { ArrivedCard, Estate, EstateCard, HandOverReason, PastGiven, RemainderChange } from "../booking.ts";
import type { AbsorbCommand, Decision, DeliveredCommand, HandOverCommand } from "../command.ts";
import { type EntryDraft, plainDraft } from "../draft.ts";
import { applyDrafts, captureEntries, releaseEntries } from "../due.ts";
import { handedOn, openIssues, seenFrom } from "../issued.ts";
import { handedOnChallenges } from "./challenges.ts";
import { UNBORN } from "../fold.ts";
import { lotKey } from "../lot.ts";
import { absorbNaturalKey } from "../natural-key.ts";
import { countRedeemed } from "../redeemed.ts";
import type { AccountState } from "../state.ts";

/**
 * Decides that an account goes up in another: open holds are released, then every lot leaves with its dates. The booking
 * carries the whole estate, so that a delivery that was cut off can be repeated from it alone.
 */
export function decideHandOver(state: AccountState, command: HandOverCommand): Decision {
  // What is on its way to somebody stands reserved here; released, it would be in two places.
  if (Object.keys(state.outbox).length > 0) return fail({ code: "account_changed" });
  const holds = Object.values(state.holds);
  const released = holds.flatMap((hold) => releaseEntries(hold, "cancelled"));
  const estate = estateOf(applyDrafts(state, released), command.reason);
  const why = { code: "handed_over", reason: command.reason } as const;
  const leaving = estate.lots.map(({ unit, lot, amount }): EntryDraft => ({ unit, lot, delta: -amount, why }));
  const event = { type: "handed_over", to: command.to, reason: command.reason, estate } as const;
  return ok([plainDraft(event, [...released, ...leaving])]);
}

/** Decides to take in what another account handed over. The natural key lets it in once. */
export function decideAbsorb(state: AccountState, { from, reason, estate, parcel }: AbsorbCommand): Decision {
  const why = { code: "absorbed", reason } as const;
  const entries = estate.lots.map(({ unit, lot, amount }): EntryDraft => ({ unit, lot, delta: amount, why }));
  const remainders = Object.entries(estate.remainders).map(([rule, arriving]) => joined(state, rule, arriving));
  const { challenges, dated_gifts } = estate;
  const done = {
    ...(challenges === undefined ? {} : { challenges }),
    ...(dated_gifts === undefined ? {} : { dated_gifts }),
  };
  const along = { ...metersOf(estate), ...pastOf(estate), ...done, ...arrivals(state, from, estate) };
  const event = { type: "absorbed", from, reason, remainders, ...along } as const;
  const issued = estate.issued === undefined ? {} : { issued: estate.issued.map((issue) => seenFrom(issue, from)) };
  const absorbed = { ...plainDraft(event, entries), ...issued, natural_key: absorbNaturalKey(from, parcel) };
  // They take no natural key: the same return may have been waiting here too, and is carried out once all the same.
  const waiting = (estate.parked ?? []).map((parked) => plainDraft({ type: "return_parked", parked }));
  return ok([absorbed, ...waiting]);
}

/** Decides that a delivery has arrived. Saying so twice is refused, and does no harm. */
export function decideDelivered(state: AccountState, { delivered, failed }: DeliveredCommand): Decision {
  const delivery = state.outbox[String(delivered)];
  if (delivery === undefined) return fail({ code: "nothing_to_deliver" });
  if (delivery.tender === true) {
    return ok([plainDraft({ type: "delivered", delivered, ...(failed === true ? { failed } : {}) })]);
  }
  const transfer = state.holds[String(delivered)];
  if (transfer === undefined) return ok([plainDraft({ type: "delivered", delivered })]);
  if (failed === true) {
    const back = releaseEntries(transfer, "cancelled");
    return ok([plainDraft({ type: "delivered", delivered, failed: true }, back)]);
  }
  const why = { code: "handed_over", reason: "transfer" } as const;
  const gone = captureEntries(transfer).map((entry) => ({ ...entry, why }));
  return ok([plainDraft({ type: "delivered", delivered }, gone)]);
}

function metersOf({ meters }: Estate) {
  const changes = Object.entries(meters ?? {}).flatMap(([meter, counts]) =>
    Object.entries(counts).map(([on, amount]) => ({ meter, on, amount })),
  );
  return changes.length === 0 ? {} : { meters: changes };
}

function pastOf({ last_gave_at_ms, last_sale_at_ms, redeemed }: Estate): { readonly past?: PastGiven } {
  const past: PastGiven = {
    ...(last_gave_at_ms === undefined ? {} : { last_gave_at_ms }),
    ...(last_sale_at_ms === undefined ? {} : { last_sale_at_ms }),
    ...(redeemed === undefined ? {} : { redeemed }),
  };
  return Object.keys(past).length === 0 ? {} : { past };
}

/** Issued rewards that are still open go along as such, and are counted when they arrive. */
function pastGiven(state: AccountState): PastGiven {
  const { last_gave_at_ms, last_sale_at_ms } = state;
  const redeemed = openIssues(state).reduce(
    (counts, { reward, taken_on }) => countRedeemed(counts, reward, taken_on, -1),
    state.redeemed ?? {},
  );
  const counted = Object.fromEntries(Object.entries(redeemed).filter(([, { total }]) => total > 0));
  return {
    ...(last_gave_at_ms === undefined ? {} : { last_gave_at_ms }),
    ...(last_sale_at_ms === undefined ? {} : { last_sale_at_ms }),
    ...(Object.keys(counted).length === 0 ? {} : { redeemed: counted }),
  };
}

function arrivals(state: AccountState, from: string, { cards, absorbed }: Estate) {
  const last = Math.max(0, ...Object.values(state.cards).map(({ card_no }) => card_no));
  const arrived = (cards ?? []).map((card, index): ArrivedCard => ({
    ...card,
    card_no: last + 1 + index,
    former_no: card.card_no,
    origin: card.origin ?? { account: from, card_no: card.card_no },
  }));
  return {
    ...(arrived.length === 0 ? {} : { cards: arrived }),
    ...(absorbed === undefined || absorbed.length === 0 ? {} : { absorbed }),
  };
}

function estateOf(state: AccountState, reason: HandOverReason): Estate {
  const lots = Object.entries(state.units).flatMap(([unit, { lots: all }]) =>
    all.map((lot) => ({ unit, lot: lotKey(lot), amount: lot.amount })),
  );
  const { remainders, meters, timezone, challenges, dated_gifts } = state;
  const open = openIssues(state);
  const issued = open.map(handedOn);
  const claimed = {
    lots,
    remainders,
    ...(timezone === UNBORN.timezone ? {} : { timezone }),
    ...(meters === undefined ? {} : { meters }),
    ...(challenges === undefined ? {} : { challenges: handedOnChallenges(challenges, open) }),
    ...(dated_gifts === undefined ? {} : { dated_gifts }),
    ...(issued.length === 0 ? {} : { issued }),
    ...pastGiven(state),
  };
  // A receipt has no cards, and goes to whoever claims it: nothing else of it is anybody's.
  if (reason === "claim") return claimed;
  const cards = Object.values(state.cards).map(({ card_no, kind, state: is, issued_at_ms, origin }): EstateCard => ({
    card_no,
    card_kind: kind,
    state: is,
    issued_at_ms,
    ...(origin === undefined ? {} : { origin }),
  }));
  const parked = Object.values(state.parked).map(({ note_digest: _digest, ...waiting }) => waiting);
  return { ...claimed, cards, parked, absorbed: state.absorbed ?? [] };
}

/** Fractions of a point add up, counted in the receiver's rate. */
function joined(state: AccountState, rule: string, arriving: Remainder): RemainderChange {
  const before = state.remainders[rule] ?? null;
  if (before === null) return { rule, before, after: arriving };
  const value = before.value + atRate(arriving, before.rate).value;
  return { rule, before, after: { value, rate: before.rate } };
}
