import type { SaleCommand } from "../../../src/domain/ledger/command.ts";
import type { BasketLine } from "../../../src/domain/program/basket.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { Pile, RefAccount, RefSale } from "./account.ts";
import { dateAt, plusDays } from "./calendar.ts";
import type { Asked, Outcome } from "./ledger.ts";
import { contextAt, note, UNCOUNTED } from "./notes.ts";
import { cardRefusal } from "./sameness.ts";
import { automatic, couponIssue, couponOn, hasRoom, placeOf, put, roomFor } from "./issues.ts";
import { remember } from "./undo.ts";
import { ALL_KEPT, moneyLine, refund, spendOf, usesOf } from "./refund.ts";
import { countChallenges, openChallenges } from "./challenges.ts";
import { type Captured, kept, settled } from "./capture.ts";
import { payable, topUp, toppedUp } from "./credit.ts";
import { stripsBought } from "./strips.ts";
import { offersOn } from "./promotions.ts";
import {
  creditUnit,
  datingOf,
  type Earned,
  earners,
  earnOn,
  lastDayOf,
  type SaleContext,
  unitsOf,
  sum,
} from "./rules.ts";

export interface SaleFound {
  readonly sale: RefSale;
  readonly outcome: Outcome;
}

interface Around {
  readonly now_ms: number;
  readonly zone: string;
  readonly saleAt: (seq: number) => RefSale | null;
}

/** A sale: what comes back in exchange first, then the reservations it uses up, then what it earns. All or nothing. */
export function decideSale(
  account: RefAccount,
  command: SaleCommand,
  { program, till }: Asked,
  around: Around,
): SaleFound | { readonly refused: string } {
  const undo = remember(
    account,
    command.exchange.flatMap(({ sale }) => around.saleAt(sale) ?? []),
  );
  const today = { on: dateAt(around.now_ms, around.zone), program };
  const refuse = (code: string) => {
    undo();
    return { refused: code };
  };
  for (const { sale: seq, request } of command.exchange) {
    const sale = around.saleAt(seq);
    if (sale === null) return refuse("sale_unknown");
    const done = refund(account, sale, request, today);
    if ("refused" in done) return refuse(done.refused);
    const booked = account.book();
    issueAfter(account, program, { today: today.on, taken: done.issued }, done.gave);
    sale.returns.set(request.return_id, { seq: booked, account: account.id, request });
    if (done.full) {
      account.standing.delete(sale.identity);
      account.gone.push(sale);
    }
  }
  const card = cardRefusal(account, command.card_no);
  if (card !== null) return refuse(card);
  const lines = explained(command);
  const used: Captured[] = [];
  const warnings = warningsOf(command, program);
  for (const seq of new Set(command.holds)) {
    const hold = account.holds.get(seq);
    if (hold?.for === "transfer") return refuse("hold_unknown");
    if (hold === undefined) return refuse(account.ended.has(seq) ? `hold_${account.ended.get(seq)}` : "hold_unknown");
    const one = settled(hold, command, { lines, program, before: sum(used.map(({ pays }) => pays)) });
    if (!one.fits) warnings.push("effect_not_in_basket");
    used.push(one);
  }
  const spend = command.total + sum(used.map(({ off }) => off));
  if (used.some(({ hold }) => hold.minimum > 0 && spend < hold.minimum)) return refuse("minimum_spend_not_met");
  // What is used just now still takes up room.
  const before = account.issues.length;
  for (const { hold, free } of used) {
    account.close(hold, "captured");
    account.piles.push(...free);
  }
  const using = before - account.issues.length;
  const rewards = used.filter(({ hold }) => hold.for !== "strips");
  const grossUp = program.earn_on === "gross" ? sum(rewards.map(({ off }) => off)) : 0;
  const paid = sum(used.map(({ pays }) => pays));
  const isForeign = command.currency !== program.currency;
  const isEarning = command.currency === program.currency && command.earning_paused !== true;
  const basket = grossUp === 0 ? lines : [...lines, moneyLine("gross", "unallocated", grossUp)];
  const goods = { lines: basket, credit: { paid, of: payable(lines, command.total) } };
  const on = dateAt(command.occurred_at_ms, around.zone);
  const moment = { at_ms: command.occurred_at_ms, on, zone: command.zone ?? program.timezone };
  const context = contextAt(account, program, moment);
  const spent = spendOf(lines, ALL_KEPT) - paid;
  const earned = isEarning ? earnOn(program, context, goods) : [];
  const coupon = isEarning && hasRoom(account, using) ? couponOn(program, context, goods) : null;
  const offered = offer(command, lines, { program, context });
  warnings.push(...offered.warnings);
  if (isEarning) {
    const uses = usesOf(earned, offered.turns, coupon?.promotion ?? null);
    note(account, program, on, { before: UNCOUNTED, after: { earned, spend: spent, visits: 1, uses } });
  }
  const open = isEarning ? openChallenges(account, program, context, moment) : [];
  seen(account, command, program, earned);
  putOff(account, program, on);
  const charged = topUp(account, program, toppedUp(lines, command.total), { on, gives: isEarning, isForeign });
  if (charged.warning) warnings.push("top_up_not_credited");
  const cards = stripsBought(account, program, lines, { on, isForeign });
  if (cards.warning) warnings.push("strips_not_credited");
  const bought = [...charged.piles, ...cards.piles];
  account.piles.push(...bought.map((pile) => ({ ...pile })));
  const gave = giveUnits(account, program, earned, on);
  const place = { home: account.id, seq: account.seq + 1 };
  const coupons = coupon === null ? [] : [{ ...couponIssue(program, coupon, on), sale: placeOf(place) }];
  const room = roomFor(account, using + coupons.length);
  const { counted, issues: reached } = countChallenges(account, program, { ...place, open, goods, on }, room);
  const issues = [...coupons, ...reached];
  const seq = account.book();
  put(account, seq, issues);
  issueAfter(account, program, { today: today.on, taken: issues.length, using });
  const identity = [command.receipt, command.business_date, till, command.register].join("|");
  const sale: RefSale = {
    home: account.id,
    seq,
    identity,
    command,
    till,
    program,
    isEarning,
    context,
    on,
    lines,
    grossUp,
    earned,
    offers: offered.turns,
    gave,
    counted,
    captured: used.map(kept),
    bought,
    strips: cards.sold,
    stripsNow: cards.sold,
    stripsPaying: new Map(),
    topUp: charged.topUp,
    topUpNow: charged.topUp,
    paidWithCredit: paid,
    creditNow: paid,
    clawed: [],
    coupon: coupon?.promotion ?? null,
    keptQuantity: new Map(),
    offByLine: new Map(),
    offInAll: 0,
    now: earned,
    spent,
    isGone: false,
    returns: new Map(),
  };
  const amounts = Object.fromEntries(earned.map(({ unit, amount }) => [unit, amount]));
  const facts = {
    earned: amounts,
    discounts: used.map(({ off }) => off),
    pays: used.map(({ pays }) => pays),
    warnings: warnings.sort(),
    offers: offered.offers,
  };
  return { sale, outcome: { seq, type: "sale", facts } };
}

/** What can be afforded by now comes by itself, after what the booking brings otherwise. */
export function issueAfter(
  account: RefAccount,
  program: ProgramDocument,
  { today, taken, using = 0 }: { readonly today: string; readonly taken: number; readonly using?: number },
  gave = true,
): void {
  // Those that came with the booking are counted among the account's already.
  if (gave) put(account, account.seq, automatic(account, program, { today, taken: using }), taken);
}

/** What the till took off, what it could take off still, and which promotions lost a turn by it. */
function offer(
  command: SaleCommand,
  lines: readonly BasketLine[],
  { program, context }: { readonly program: ProgramDocument; readonly context: SaleContext },
) {
  if (command.currency !== program.currency) return { offers: [], turns: [], warnings: [] };
  const { level, promotions } = context;
  const isOpen = (id: string) => id === level?.id || promotions.some((one) => one.id === id);
  const named = command.offers ?? [];
  const taken = named.filter(({ id }) => isOpen(id));
  const others = offersOn(program, level, promotions, lines).filter(({ id }) => !named.some((one) => one.id === id));
  return {
    offers: [
      ...taken.map(({ id, discount }) => ({ id, discount, applied: true })),
      ...others.map((one) => ({ ...one, applied: false })),
    ],
    turns: taken.flatMap(({ id }) => (id === level?.id ? [] : [id])),
    warnings: named.flatMap(({ id }) => (isOpen(id) ? [] : ["offer_not_open"])),
  };
}

/** When the member was last here, and since when rules with a cooldown wait; never set back. */
function seen(
  account: RefAccount,
  { occurred_at_ms }: SaleCommand,
  program: ProgramDocument,
  earned: readonly Earned[],
): void {
  account.seen_ms = Math.max(account.seen_ms ?? occurred_at_ms, occurred_at_ms);
  for (const { rule, amount } of earned) {
    const rules = earners(program).flatMap((earner) => earner.rules);
    const waits = rules.some(({ id, cooldown_minutes }) => id === rule && cooldown_minutes !== undefined);
    if (rule === null || amount <= 0 || !waits) continue;
    account.gave_ms.set(rule, Math.max(account.gave_ms.get(rule) ?? occurred_at_ms, occurred_at_ms));
  }
}

/** The lines, with one more for what they do not explain of the total. */
function explained({ lines, total }: SaleCommand): readonly BasketLine[] {
  const rest = total - sum(lines.map(({ amount }) => amount));
  return rest === 0 ? lines : [...lines, moneyLine("unallocated", "unallocated", rest)];
}

function warningsOf(command: SaleCommand, program: ProgramDocument): string[] {
  const isOff = command.lines.length > 0 && sum(command.lines.map(({ amount }) => amount)) !== command.total;
  return [
    ...(command.clamped ? ["occurred_at_clamped"] : []),
    ...(command.currency === program.currency ? [] : ["foreign_currency"]),
    ...(command.earning_paused === true ? ["earning_paused"] : []),
    ...(isOff ? ["total_differs"] : []),
  ];
}

/** Under sliding expiry a visit puts off all dates that were nearer, but those of what was paid for. */
function putOff(account: RefAccount, program: ProgramDocument, on: string): void {
  for (const unit of unitsOf(program)) {
    const { expiry } = datingOf(program, unit);
    const until = lastDayOf(expiry, on);
    if (expiry.kind !== "sliding" || until === null) continue;
    for (const pile of account.free(unit)) {
      if (pile.rank !== "paid" && pile.expires !== null && pile.expires < until) pile.expires = until;
    }
  }
}

function giveUnits(
  account: RefAccount,
  program: ProgramDocument,
  earned: readonly Earned[],
  on: string,
): Map<string, Pick<Pile, "rank" | "opens" | "expires">> {
  const gave = new Map<string, Pick<Pile, "rank" | "opens" | "expires">>();
  for (const { unit, amount, fraction, rule } of earned) {
    if (rule !== null && fraction !== null) account.fractions.set(rule, fraction.after);
    if (amount <= 0) continue;
    const { expiry, pending_days } = datingOf(program, unit);
    const opens = pending_days > 0 ? plusDays(on, pending_days) : null;
    const rank = unit === creditUnit(program) ? ("granted" as const) : ("earned" as const);
    const dates = { rank, opens, expires: lastDayOf(expiry, opens ?? on) };
    account.piles.push({ unit, amount, ...dates });
    gave.set(unit, dates);
  }
  return gave;
}
