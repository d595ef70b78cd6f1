import { assertNever, invariant } from "../invariant.ts";
import { safeInteger } from "../numbers.ts";
import type {
  AbsorbedEvent,
  BookingBody,
  BookingHeader,
  CardEvent,
  Entry,
  HoldEvent,
  PastGiven,
  RemainderChange,
  SaleEvent,
} from "./booking.ts";
import { applySteps, joinChallenges } from "./challenge.ts";
import { applyGifts, type GivenGift, joinGifts } from "./dated-gift.ts";
import { applyIssues, recallIssue, withoutIssues } from "./issued.ts";
import { addToLots } from "./lot.ts";
import { applyMeters, type MeterChange } from "./meter.ts";
import { addRedeemed, countRedeemed, type RedeemedCounts } from "./redeemed.ts";
import { type AccountState, type CardState, inBucket, type OpenHold, type UnitState, unitState } from "./state.ts";
import type { HoldClaimedEvent } from "./tender.ts";
import { noEffect } from "../program/effect.ts";

/** A transfer waits as long as it takes. */
const NEVER_MS = 8_640_000_000_000_000;
const NO_EFFECT = noEffect("product");

/** The state before an account's first booking. Only an `opened` booking may follow. */
export const UNBORN: AccountState = {
  seq: 0,
  at_ms: 0,
  account_kind: "member",
  opened_at_ms: 0,
  units: {},
  remainders: {},
  holds: {},
  cards: {},
  parked: {},
  outbox: {},
  clock_offset_ms: 0,
  timezone: "UTC",
  tombstone: null,
};

/** Applies one booking. Needs no rules and no clock; a body that does not fit the state is a broken ledger and throws. */
export function applyBooking(state: AccountState | null, body: BookingBody): AccountState {
  const before = state ?? UNBORN;
  invariant(body.seq === before.seq + 1, `booking ${body.seq} does not follow ${before.seq}`);
  invariant((state === null) === (body.type === "opened"), "an account begins with one opened booking");
  invariant(body.at_ms >= before.at_ms, "bookings cannot go back in time");
  const moved: AccountState = {
    ...before,
    seq: body.seq,
    at_ms: body.at_ms,
    clock_offset_ms: body.clock_offset_ms ?? before.clock_offset_ms,
    timezone: body.timezone ?? before.timezone,
    units: body.entries.reduce(applyEntry, before.units),
    holds: withoutHolds(before.holds, body.expired_holds ?? []),
    ...applyIssues(before, body),
  };
  return applyEvent(body.gifts === undefined ? moved : giftsGiven(moved, body.gifts), body);
}

function giftsGiven(state: AccountState, gifts: readonly GivenGift[]): AccountState {
  const meters = gifts.flatMap((gift) => gift.meters ?? []);
  const counted = withMeters(state, meters.length === 0 ? undefined : meters);
  return { ...counted, dated_gifts: applyGifts(state.dated_gifts, gifts) };
}

/** Folds bookings onto a state, oldest first. */
export function foldBookings(state: AccountState | null, bodies: readonly BookingBody[]): AccountState | null {
  return bodies.reduce<AccountState | null>(applyBooking, state);
}

function applyEntry(units: AccountState["units"], entry: Entry): AccountState["units"] {
  safeInteger(entry.delta, "delta");
  invariant(entry.delta !== 0, "an entry moves something");
  const current = units[entry.unit] ?? unitState(UNBORN, entry.unit);
  const next: UnitState = {
    lots: addToLots(current.lots, entry.lot, entry.delta),
    lifetime: lifetimeAfter(current, entry),
  };
  invariant(
    inBucket(next, entry.lot.bucket) === entry.after,
    `entry says ${entry.after} ${entry.unit} remain, the lots say otherwise`,
  );
  return { ...units, [entry.unit]: next };
}

function lifetimeAfter(unit: UnitState, entry: Entry): UnitState["lifetime"] {
  const { lifetime } = unit;
  switch (entry.why.code) {
    case "reserved":
    case "released":
    case "handed_over":
    case "became_available":
    case "debt_paid":
    case "extended":
      return lifetime;
    case "redeemed":
    case "refunded":
    case "restored":
    case "revoked":
      return { ...lifetime, spent: lifetime.spent - entry.delta };
    case "returned":
    case "challenge_lost":
    case "bought_back":
      return { ...lifetime, returned: lifetime.returned - entry.delta };
    case "expired":
      return { ...lifetime, expired: lifetime.expired - entry.delta };
    case "earned_spend":
    case "earned_visit":
    case "earned_units":
    case "earned_with":
    case "cooling_down":
    case "below_minimum":
    case "nothing_eligible":
    case "adjusted":
    case "bought":
    case "bonus":
    case "gifted":
    case "opening":
    case "action":
    case "challenge":
    case "dated_gift":
    case "absorbed":
      return { ...lifetime, added: lifetime.added + entry.delta };
    default:
      return assertNever(entry.why, "entry fact");
  }
}

function applyEvent(state: AccountState, body: BookingBody): AccountState {
  switch (body.type) {
    case "opened":
      return openedAccount(state, body);
    case "sale":
      return applySale(state, body);
    case "return":
      return applyReturn(state, body);
    case "return_parked": {
      const waiting = { ...body.parked, note_digest: body.note_digest ?? null };
      return { ...state, parked: { ...state.parked, [body.seq]: waiting } };
    }
    case "hold": {
      return { ...state, holds: { ...state.holds, [body.seq]: openHold(body) } };
    }
    case "hold_captured":
      return captureHold(state, body.hold);
    case "hold_cancelled":
      return { ...state, holds: withoutHolds(state.holds, [body.hold]) };
    case "hold_renewed":
      return { ...state, holds: renewHold(state.holds, body.hold, body.expires_at_ms) };
    case "card_issued":
    case "card_blocked":
      return { ...state, cards: applyCard(state.cards, body) };
    case "erased":
      return applyErased(state, body);
    case "handed_over":
      return applyHandedOver(state, body);
    case "absorbed":
      return applyAbsorbed(state, body);
    case "delivered":
      // A transfer stood reserved until it arrived.
      return {
        ...state,
        outbox: withoutKey(state.outbox, body.delivered),
        holds: withoutKey(state.holds, body.delivered),
      };
    case "transfer_sent":
      return applyTransferSent(state, body);
    case "hold_claimed":
      return { ...state, holds: claimHold(state.holds, body) };
    case "tender_pending": {
      const { account: to, at_ms: since_ms } = body;
      return { ...state, outbox: { ...state.outbox, [body.seq]: { to, since_ms, tender: true } } };
    }
    case "tender_taken":
      return body.move === "refund" ? state : { ...state, holds: withoutHolds(state.holds, [body.hold]) };
    case "offline_redemption":
      return { ...withMeters(state, body.meters), ...redeemed(state, [body], 1) };
    case "action":
      return withMeters(state, body.meters);
    case "adjustment":
    case "opening":
      return withMeters(state, body.meters);
    case "gift":
    case "loaded":
    case "issued":
    case "issue_cancelled":
    case "due":
      return state;
    case "refused":
      return { ...state, parked: withoutKey(state.parked, body.parked) };
    default:
      return assertNever(body, "booking");
  }
}

type Booked<Type extends BookingBody["type"]> = Extract<BookingBody, { type: Type }>;

function openedAccount(state: AccountState, body: Booked<"opened">): AccountState {
  const cards = body.card_no === null ? {} : { [body.card_no]: newCard(body.card_no, "digital", body) };
  return { ...state, account_kind: body.account_kind, opened_at_ms: body.at_ms, cards };
}

function applySale(state: AccountState, body: Booked<"sale">): AccountState {
  const captured = body.captures.map(({ hold }) => hold);
  return {
    ...withChallenges(withMeters(state, body.meters), body),
    ...seenIn(state, body),
    ...redeemed(state, body.captures, 1),
    ...usedIssues(state, captured),
    remainders: applyRemainders(state.remainders, body.remainders),
    holds: withoutHolds(state.holds, captured),
  };
}

function applyReturn(state: AccountState, body: Booked<"return">): AccountState {
  return {
    ...withChallenges(withMeters(state, body.meters), body),
    ...redeemed(state, body.restored, -1),
    ...recallIssue(state, body.coupon?.recalled),
    remainders: applyRemainders(state.remainders, body.remainders),
    parked: withoutKey(state.parked, body.parked),
  };
}

function captureHold(state: AccountState, seq: number): AccountState {
  const hold = state.holds[String(seq)];
  const counted = hold === undefined ? {} : redeemed(state, [hold], 1);
  return { ...state, ...counted, ...usedIssues(state, [seq]), holds: withoutHolds(state.holds, [seq]) };
}

function applyErased(state: AccountState, { seq, at_ms, forgets }: Booked<"erased">): AccountState {
  const outbox = forgets === true ? { outbox: { ...state.outbox, [seq]: { to: "", since_ms: at_ms } } } : {};
  return { ...state, tombstone: { kind: "erased" }, ...outbox };
}

function applyHandedOver(state: AccountState, { seq, to, at_ms, estate }: Booked<"handed_over">): AccountState {
  return {
    ...state,
    tombstone: { kind: "merged", to },
    holds: {},
    // Returns that wait go on waiting where the account went.
    parked: estate.parked === undefined ? state.parked : {},
    ...(state.issued === undefined ? {} : { issued: {} }),
    outbox: { ...state.outbox, [seq]: { to, since_ms: at_ms } },
  };
}

function applyTransferSent(state: AccountState, body: Booked<"transfer_sent">): AccountState {
  const { seq, what, unit, parts, to } = body;
  const hold = { seq, reward: null, what, unit, parts, effect: NO_EFFECT, expires_at_ms: NEVER_MS };
  return {
    ...state,
    holds: { ...state.holds, [seq]: hold },
    outbox: { ...state.outbox, [seq]: { to, since_ms: body.at_ms } },
  };
}

function withMeters(state: AccountState, changes: readonly MeterChange[] | undefined): AccountState {
  return changes === undefined ? state : { ...state, meters: applyMeters(state.meters ?? {}, changes) };
}

function withChallenges(
  state: AccountState,
  { seq, challenges }: Pick<BookingHeader, "seq"> & Pick<SaleEvent, "challenges">,
): AccountState {
  return challenges === undefined
    ? state
    : { ...state, challenges: applySteps(state.challenges ?? {}, challenges, seq) };
}

/** When the member was last seen, and which rules wait since when; a sale that comes late sets neither back. */
function seenIn(
  state: AccountState,
  { sale: { occurred_at_ms }, cooldowns }: SaleEvent,
): Pick<AccountState, "last_sale_at_ms" | "last_gave_at_ms"> {
  const last_sale_at_ms = Math.max(state.last_sale_at_ms ?? occurred_at_ms, occurred_at_ms);
  if (cooldowns === undefined) return { last_sale_at_ms };
  const before = state.last_gave_at_ms ?? {};
  const began = cooldowns.map((rule) => [rule, Math.max(before[rule] ?? occurred_at_ms, occurred_at_ms)]);
  return { last_sale_at_ms, last_gave_at_ms: { ...before, ...Object.fromEntries(began) } };
}

function openHold(body: BookingHeader & HoldEvent): OpenHold {
  const { reward, what, unit, parts, effect, expires_at_ms, seq, taken_on, issued_reward, minimum, price, terms } =
    body;
  const hold = { seq, reward, what, unit, parts, effect, expires_at_ms };
  return {
    ...hold,
    ...(taken_on === undefined ? {} : { taken_on }),
    ...(issued_reward === undefined ? {} : { issued: issued_reward }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(price === undefined ? {} : { price }),
    ...(terms === undefined ? {} : { terms }),
  };
}

/** What is left of the issued rewards when holds that redeem some of them are captured. */
function usedIssues(state: AccountState, holds: readonly number[]): Pick<AccountState, "issued"> {
  const used = holds.flatMap((hold) => state.holds[String(hold)]?.issued ?? []);
  return used.length === 0 ? {} : { issued: withoutIssues(state.issued ?? {}, used) };
}

/** The counts after redemptions were captured, or given back; nothing when none of them counts. */
function redeemed(
  state: AccountState,
  all: readonly Pick<OpenHold, "reward" | "taken_on">[],
  change: 1 | -1,
): { readonly redeemed?: RedeemedCounts } {
  if (!all.some(({ reward, taken_on }) => reward !== null && taken_on !== undefined)) return {};
  const counts = all.reduce(
    (before, { reward, taken_on }) => countRedeemed(before, reward, taken_on, change),
    state.redeemed ?? {},
  );
  return { redeemed: counts };
}

/** The later of both waits, and both members' redemptions count: a merge gives nobody a second turn. */
function withPast(state: AccountState, past: PastGiven | undefined): AccountState {
  if (past === undefined) return state;
  const { last_gave_at_ms, last_sale_at_ms, redeemed: counts } = past;
  const waits = Object.entries(last_gave_at_ms ?? {}).reduce<Record<string, number>>(
    (all, [rule, at_ms]) => ({ ...all, [rule]: Math.max(all[rule] ?? at_ms, at_ms) }),
    { ...state.last_gave_at_ms },
  );
  return {
    ...state,
    ...(last_gave_at_ms === undefined ? {} : { last_gave_at_ms: waits }),
    ...(last_sale_at_ms === undefined
      ? {}
      : { last_sale_at_ms: Math.max(state.last_sale_at_ms ?? last_sale_at_ms, last_sale_at_ms) }),
    ...(counts === undefined ? {} : { redeemed: addRedeemed(state.redeemed ?? {}, counts) }),
  };
}

/** What was done of challenges adds up; of a gift that both had, the later counts. */
function withDeeds(
  state: AccountState,
  { seq, challenges, dated_gifts }: Pick<BookingHeader & AbsorbedEvent, "seq" | "challenges" | "dated_gifts">,
): AccountState {
  return {
    ...state,
    ...(challenges === undefined ? {} : { challenges: joinChallenges(state.challenges ?? {}, challenges, seq) }),
    ...(dated_gifts === undefined ? {} : { dated_gifts: joinGifts(state.dated_gifts, dated_gifts) }),
  };
}

function applyAbsorbed(before: AccountState, body: Booked<"absorbed">): AccountState {
  const state = withDeeds(withPast(withMeters(before, body.meters), body.past), body);
  const arrived = (body.cards ?? []).map(({ card_no, card_kind, state: is, issued_at_ms, origin }): CardState => ({
    card_no,
    kind: card_kind,
    state: is,
    issued_at_ms,
    booking: body.seq,
    origin,
  }));
  const cards = { ...state.cards, ...Object.fromEntries(arrived.map((card) => [card.card_no, card])) };
  const remainders = applyRemainders(state.remainders, body.remainders);
  if (body.reason !== "merge") return { ...state, remainders, cards };
  const absorbed = [...(state.absorbed ?? []), ...(body.absorbed ?? []), body.from];
  return { ...state, remainders, cards, absorbed };
}

function applyRemainders(
  remainders: AccountState["remainders"],
  changes: readonly RemainderChange[],
): AccountState["remainders"] {
  if (changes.length === 0) return remainders;
  return { ...remainders, ...Object.fromEntries(changes.map((change) => [change.rule, change.after])) };
}

function withoutHolds(holds: AccountState["holds"], gone: readonly number[]): AccountState["holds"] {
  if (gone.length === 0) return holds;
  for (const seq of gone) invariant(holds[String(seq)] !== undefined, `hold ${seq} is resolved twice`);
  return Object.fromEntries(Object.entries(holds).filter(([seq]) => !gone.includes(Number(seq))));
}

function withoutKey<Value>(
  values: Readonly<Record<string, Value>>,
  key: number | null,
): Readonly<Record<string, Value>> {
  if (key === null) return values;
  return Object.fromEntries(Object.entries(values).filter(([seq]) => Number(seq) !== key));
}

function renewHold(holds: AccountState["holds"], seq: number, expires_at_ms: number): AccountState["holds"] {
  const hold: OpenHold | undefined = holds[String(seq)];
  invariant(hold !== undefined, `hold ${seq} is renewed but not open`);
  return { ...holds, [seq]: { ...hold, expires_at_ms } };
}

function claimHold(
  holds: AccountState["holds"],
  { seq, hold: of, account }: BookingHeader & HoldClaimedEvent,
): AccountState["holds"] {
  const hold: OpenHold | undefined = holds[String(of)];
  invariant(hold !== undefined, `hold ${of} is promised but not open`);
  const { claim: _claim, ...free } = hold;
  return { ...holds, [of]: account === null ? free : { ...free, claim: { account, seq } } };
}

function newCard(card_no: number, kind: CardState["kind"], { seq, at_ms }: BookingHeader): CardState {
  return { card_no, kind, state: "active", issued_at_ms: at_ms, booking: seq };
}

function applyCard(cards: AccountState["cards"], body: BookingHeader & CardEvent): AccountState["cards"] {
  const { card_no, replaces } = body;
  if (body.type === "card_blocked") return { ...cards, [card_no]: { ...blocked(cards, card_no), booking: body.seq } };
  invariant(cards[String(card_no)] === undefined, `card ${card_no} is issued twice`);
  const kept = replaces === null ? cards : { ...cards, [replaces]: blocked(cards, replaces) };
  return { ...kept, [card_no]: newCard(card_no, body.card_kind, body) };
}

function blocked(cards: AccountState["cards"], card_no: number): CardState {
  const card = cards[String(card_no)];
  invariant(card !== undefined, `card ${card_no} is blocked but was never issued`);
  return { ...card, state: "blocked" };
}
