import { assertNever } from "../invariant.ts";
import type { BookingBody, BookingType, Capture, Entry, SaleEvent, SaleWarning } from "../ledger/booking.ts";
import { saleNaturalKey } from "../ledger/natural-key.ts";
import type { RefusalCode } from "../ledger/refusal.ts";
import type { TenderTakenEvent } from "../ledger/tender.ts";
import { type HandOutMove, handOutMoves } from "./hand-out.ts";
import type { BudgetUse } from "../program/budget.ts";
import type { BasketLine } from "../program/basket.ts";
import { isPrepaid, storedValueIn } from "../program/credit.ts";
import type { AccountKind } from "../tenancy/account-id.ts";
import type { LocalDate } from "../time/local-date.ts";

/** `deleted` stands in no ledger: it closes an unclaimed sale whose account is gone. */
export type ActivityType = BookingType | "deleted";

/** How one unit moved in a booking. Only what is not zero is kept. */
export interface UnitMove {
  readonly given?: number;
  readonly redeemed?: number;
  /** Taken back by returns and corrections. */
  readonly taken_back?: number;
  readonly expired?: number;
  /** What members hold now more (or less) than before: adds up to the open liability. */
  readonly open?: number;
  /** Of what was given, sold for money, less what was handed back; and how much of the rest was paid for with money. */
  readonly sold?: number;
  readonly paid_redeemed?: number;
  readonly paid_expired?: number;
  readonly paid_open?: number;
  /** Paid for with money and handed back; `sold` is less by it already. */
  readonly bought_back?: number;
  /** Of what was given, an opening balance of stored value, and how much of it had been paid for. */
  readonly taken_over?: number;
  readonly paid_taken_over?: number;
  /** Stored value of accounts that are gone, and how much of it had been paid for; nobody can spend it any more. */
  readonly lapsed?: number;
  readonly paid_lapsed?: number;
}

/**
 * What insight keeps of a booking: facts and ids, no personal data and no free text. Roll-ups are computed from these
 * alone, so that they can be built again for an account whose ledger is gone.
 */
export interface ActivityFacts {
  readonly account_kind?: AccountKind;
  readonly till?: string;
  readonly staff?: string;
  readonly receipt?: string;
  readonly occurred_at_ms?: number;
  readonly currency?: string;
  /** What the goods of a sale cost; in an exchange without what came back, and without stored value. */
  readonly sold?: number;
  /** What the customer paid, when it differs from `sold`. */
  readonly total?: number;
  /** The sale was in another currency than the programme's: it earns nothing and is no revenue. */
  readonly foreign?: true;
  readonly backfilled?: true;
  readonly warnings?: readonly SaleWarning["code"][];
  /** What a return gave back for goods, and of which sale. */
  readonly returned?: number;
  readonly sale?: { readonly seq: number; readonly origin?: string };
  readonly full?: true;
  /** Rewards redeemed, by id; negative when a return gave one back. Units spent as payment count as `pay:{unit}`. */
  readonly rewards?: Readonly<Record<string, number>>;
  /** What those rewards took off, in minor units. */
  readonly discount?: number;
  readonly hold?: number;
  readonly reserved?: string;
  /** The card that was shown, issued or blocked. */
  readonly card_no?: number;
  /** What promotions with a budget gave, and what each may give in all; negative where a return gave it back. */
  readonly budgets?: readonly BudgetUse[];
  /** What this does to what must still be handed over; absent when nothing. */
  readonly hand_outs?: readonly HandOutMove[];
  /** What the redeemed rewards cost the merchant, in minor units; negative when a return gave one back. */
  readonly reward_costs?: number;
  /** The stamp card of which a paper card was taken in. */
  readonly paper_card?: string;
  /** An action of the programme that was given. */
  readonly action?: string;
  /** Dated gifts that were given, by id. */
  readonly gifts?: readonly string[];
  /** Challenges that were reached, by id; negative when a return took one back. */
  readonly challenges?: Readonly<Record<string, 1 | -1>>;
  /** Units that a reward handed out without a connection cost, and that were not there any more. */
  readonly shortfall?: { readonly unit: string; readonly amount: number };
  /** The account that this one went up in, or that went up in this one. */
  readonly other?: string;
  readonly refusal?: RefusalCode;
  readonly units?: Readonly<Record<string, UnitMove>>;
  /** The member's first visit of the day at this location; filled in where the past is known. */
  readonly first_visit?: true;
}

/** A booking as insight reads it. */
export interface Activity {
  readonly seq: number;
  readonly at_ms: number;
  readonly type: ActivityType;
  /** Where it happened; null when the platform acted by itself. */
  readonly location: string | null;
  /** Business day of a sale; null otherwise: then the location's calendar tells. */
  readonly business_date: LocalDate | null;
  /** What makes the sale the same sale, whatever card it is on; null for other bookings. */
  readonly receipt: string | null;
  readonly facts: ActivityFacts;
  readonly basket: readonly BasketLine[] | null;
  /** The sale that this booking wholly takes back. */
  readonly voids: { readonly origin: string | null; readonly seq: number } | null;
}

/** Reads a booking for insight. */
export function activityOf(body: BookingBody): Activity {
  const { by } = body;
  const units = unitMoves(body.entries);
  const who = by.kind === "till" ? { till: by.till, ...(by.staff === undefined ? {} : { staff: by.staff }) } : {};
  const gifts = body.gifts === undefined ? {} : { gifts: body.gifts.map(({ gift }) => gift) };
  const hand_outs = handOutMoves(body);
  const moved = hand_outs.length === 0 ? {} : { hand_outs };
  const more = { ...gifts, ...moved, ...(Object.keys(units).length === 0 ? {} : { units }) };
  const facts = { ...who, ...factsOf(body), ...more };
  const sale = body.type === "sale" ? body.sale : null;
  const till = by.kind === "till" ? by.till : "";
  return {
    seq: body.seq,
    at_ms: body.at_ms,
    type: body.type,
    location: by.kind === "till" ? by.location : null,
    business_date: sale?.business_date ?? null,
    receipt: sale === null ? null : saleNaturalKey({ ...sale, till }),
    facts,
    basket: sale?.lines ?? null,
    voids: body.type === "return" && body.full ? { origin: body.origin, seq: body.sale } : null,
  };
}

/** Whether a booking is a visit of a member to a shop. */
export function isVisit({ type, location }: Pick<Activity, "type" | "location">): boolean {
  return location !== null && (type === "sale" || type === "return" || type === "hold");
}

function factsOf(body: BookingBody): ActivityFacts {
  switch (body.type) {
    case "opened":
      return { account_kind: body.account_kind };
    case "sale":
      return saleFacts(body);
    case "return": {
      const sale = body.origin === null ? { seq: body.sale } : { seq: body.sale, origin: body.origin };
      return {
        returned: body.amount - (body.stored_value ?? 0),
        sale,
        ...(body.full ? { full: true } : {}),
        ...redeemed(body.restored, -1),
        ...challengesOf(body),
        ...budgetsOf(body),
      };
    }
    case "hold":
      return { reserved: body.reward ?? `pay:${body.unit}` };
    case "hold_captured":
      return { hold: body.hold, rewards: { [body.reward ?? `pay:${body.unit}`]: 1 }, ...costsOf([body], 1) };
    case "offline_redemption":
      return {
        rewards: { [body.reward ?? `pay:${body.unit}`]: 1 },
        discount: body.effect.discount ?? body.value,
        occurred_at_ms: body.handed_out_at_ms,
        ...(body.shortfall === 0 ? {} : { shortfall: { unit: body.unit, amount: body.shortfall } }),
      };
    case "hold_cancelled":
    case "hold_renewed":
      return { hold: body.hold };
    case "card_issued":
    case "card_blocked":
      return { card_no: body.card_no };
    case "handed_over":
    case "transfer_sent":
      return { other: body.to };
    case "absorbed":
      return { other: body.from };
    case "refused":
      return { refusal: body.refusal.code };
    case "return_parked":
      return { receipt: body.parked.sale.receipt };
    case "hold_claimed":
      return { hold: body.hold };
    case "tender_taken":
      return { hold: body.hold, ...tenderFacts(body) };
    case "action":
      return { action: body.action };
    case "adjustment":
    case "opening":
      return body.paper_card === undefined ? {} : { paper_card: body.paper_card };
    case "due":
    case "gift":
    case "loaded":
    case "issued":
    case "issue_cancelled":
    case "erased":
    case "delivered":
    case "tender_pending":
      return {};
    default:
      return assertNever(body, "booking");
  }
}

/** Counted as a payment with credit is: once when it pays, and given back when all of it comes back. */
function tenderFacts({ move, unit, after }: TenderTakenEvent): ActivityFacts {
  if (move === "refund" && after > 0) return {};
  return { rewards: { [`pay:${unit}`]: move === "capture" ? 1 : -1 } };
}

function challengesOf({ challenges = [] }: Pick<SaleEvent, "challenges">): ActivityFacts {
  const moved = challenges.flatMap(({ challenge, given, taken }): [string, 1 | -1][] => {
    if (given !== undefined) return [[challenge, 1]];
    return taken === undefined ? [] : [[challenge, -1]];
  });
  return moved.length === 0 ? {} : { challenges: Object.fromEntries(moved) };
}

function saleFacts(body: SaleEvent): ActivityFacts {
  const { sale, captures, warnings } = body;
  const { card_no } = sale;
  const back = sale.lines.reduce((sum, line) => (line.kind === "exchange" ? sum + line.amount : sum), 0);
  return {
    receipt: sale.receipt,
    ...(card_no === null ? {} : { card_no }),
    occurred_at_ms: sale.occurred_at_ms,
    currency: sale.currency,
    sold: sale.total - back - storedValueIn(sale.lines),
    ...(back === 0 && storedValueIn(sale.lines) === 0 ? {} : { total: sale.total }),
    ...(warnings.some(({ code }) => code === "foreign_currency") ? { foreign: true } : {}),
    ...(sale.backfilled ? { backfilled: true } : {}),
    ...(warnings.length === 0 ? {} : { warnings: warnings.map(({ code }) => code) }),
    ...redeemed(captures, 1),
    ...challengesOf(body),
    ...budgetsOf(body),
  };
}

function budgetsOf({ budgets }: { readonly budgets?: readonly BudgetUse[] | undefined }): ActivityFacts {
  return budgets === undefined ? {} : { budgets };
}

function redeemed(captures: readonly Capture[], sign: 1 | -1): ActivityFacts {
  if (captures.length === 0) return {};
  const rewards: Record<string, number> = {};
  for (const { reward, unit } of captures) {
    const id = reward ?? `pay:${unit}`;
    rewards[id] = (rewards[id] ?? 0) + sign;
  }
  const discount = sign * captures.reduce((sum, { effect }) => sum + (effect.discount ?? 0), 0);
  return { rewards, discount, ...costsOf(captures, sign) };
}

function costsOf(rewards: readonly Pick<Capture, "terms">[], sign: 1 | -1): ActivityFacts {
  const reward_costs = sign * rewards.reduce((sum, { terms }) => sum + (terms?.cost_price ?? 0), 0);
  return reward_costs === 0 ? {} : { reward_costs };
}

function unitMoves(entries: readonly Entry[]): Record<string, UnitMove> {
  const units: Record<string, UnitMove> = {};
  for (const entry of entries) units[entry.unit] = addMoves(units[entry.unit] ?? {}, moveOf(entry));
  return Object.fromEntries(Object.entries(units).filter(([, move]) => Object.keys(move).length > 0));
}

function moveOf(entry: Entry): UnitMove {
  const move = plainMove(entry);
  const { unit, delta, why, lot } = entry;
  const taken_over = why.code === "opening" && isPrepaid(unit) ? delta : 0;
  if (lot.class !== "paid") return taken_over === 0 ? move : { ...move, taken_over };
  const { redeemed: paid_redeemed = 0, expired: paid_expired = 0, open: paid_open = 0 } = move;
  const bought_back = why.code === "bought_back" ? -delta : 0;
  const sold = why.code === "bought" ? delta : -bought_back;
  const moves = { sold, bought_back, paid_redeemed, paid_expired, paid_open, taken_over };
  return { ...move, ...moves, paid_taken_over: taken_over };
}

/** What an account that is gone still held: nobody can spend it any more. */
export function lapsedMove(unit: string, { open = 0, paid_open = 0 }: UnitMove): UnitMove {
  const lapsed = isPrepaid(unit) ? { paid_open: -paid_open, lapsed: open, paid_lapsed: paid_open } : {};
  return addMoves({ open: -open }, lapsed);
}

function plainMove({ delta, why }: Entry): UnitMove {
  switch (why.code) {
    case "earned_spend":
    case "earned_visit":
    case "earned_units":
    case "action":
    case "challenge":
    case "dated_gift":
    case "earned_with":
    case "cooling_down":
    case "below_minimum":
    case "nothing_eligible":
    case "opening":
    case "gifted":
    case "bought":
    case "bonus":
      return { given: delta, open: delta };
    case "adjusted":
      return delta > 0 ? { given: delta, open: delta } : { taken_back: -delta, open: delta };
    case "redeemed":
    case "refunded":
    case "restored":
    case "revoked":
      return { redeemed: -delta, open: delta };
    case "returned":
    case "challenge_lost":
    case "bought_back":
      return { taken_back: -delta, open: delta };
    case "reserved":
    case "released":
    case "handed_over":
    case "absorbed":
    case "became_available":
    case "debt_paid":
    case "extended":
      return { open: delta };
    case "expired":
      return { expired: -delta, open: delta };
    default:
      return assertNever(why, "entry fact");
  }
}

const MOVES = [
  "given",
  "redeemed",
  "taken_back",
  "expired",
  "open",
  "sold",
  "paid_redeemed",
  "paid_expired",
  "paid_open",
  "bought_back",
  "taken_over",
  "paid_taken_over",
  "lapsed",
  "paid_lapsed",
] as const satisfies readonly (keyof UnitMove)[];

/** Adds two moves of one unit; what comes to zero is left out. */
export function addMoves(left: UnitMove, right: UnitMove): UnitMove {
  const sum: { -readonly [Key in keyof UnitMove]: UnitMove[Key] } = {};
  for (const key of MOVES) {
    const value = (left[key] ?? 0) + (right[key] ?? 0);
    if (value !== 0) sum[key] = value;
  }
  return sum;
}
