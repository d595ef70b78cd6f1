import type { ReturnRequest, SaleByReceipt } from "../../../src/domain/ledger/booking.ts";
import type {
  Command,
  GiftCommand,
  HoldCommand,
  IssueCommand,
  SaleCommand,
  TransferCommand,
} from "../../../src/domain/ledger/command.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import { becomeOne, shownTo, stoppedBy } from "./become-one.ts";
import { type Pile, RefAccount, type RefHold, type RefSale, type WaitingRefund } from "./account.ts";
import { dateAt } from "./calendar.ts";
import { refund } from "./refund.ts";
import { bought, hasRoom, inOrder, isHeld, lastDayAfter, nameOf, plainIssue, put, takeBack } from "./issues.ts";
import { joinChallenges } from "./challenges.ts";
import { giveDated, joinGifts } from "./dated-gifts.ts";
import { remember } from "./undo.ts";
import { decideSale, issueAfter } from "./sell.ts";
import {
  repeated,
  repeatedReturn,
  endingOf,
  cardRefusal,
  type Wanted,
  wantedBy,
  isMeant,
  meant,
  keyOf,
  sameRequest,
  sameSale,
} from "./sameness.ts";
import { type FreeItems, stripsOff, stripUnit } from "./strips.ts";
import { creditUnit, datingOf, type Discount, discountOf, inRate, knowsUnit, lastDayOf, sum } from "./rules.ts";

/** What the ledger must answer. `facts` are what a till would print; a refusal has its code alone. */
export type Outcome =
  | { readonly refused: string }
  | { readonly seq: number; readonly type: string; readonly facts: Readonly<Record<string, unknown>> };

export interface Asked {
  readonly command: Command;
  readonly till: string;
  readonly idem: string;
  /** The programme in force. */
  readonly program: ProgramDocument;
}

/** Refusals that come from the ledger itself and are remembered under their key. */
const REMEMBERED = [
  "card_blocked",
  "line_unknown",
  "return_exceeds_sale",
  "already_returned",
  "insufficient_balance",
  "minimum_spend_not_met",
  "issue_gone",
  "issue_held",
  "too_many_issues",
  "no_eligible_item",
  "hold_captured",
  "hold_cancelled",
  "hold_expired",
  "too_many_holds",
];

const NEVER_MS = 8_640_000_000_000_000;
const CLAIM_MS = 30 * 86_400_000;
const HOLD_MAX = 20;

interface Remembered {
  readonly outcome: Outcome;
  readonly asked: string;
}

/**
 * The ledger as an accountant would keep it on paper: piles of units, sales with their whole story, and no booking, lot,
 * checkpoint or cache. Slow, and written from the rules and not from the product's code.
 */
export class ReferenceLedger {
  now_ms: number;
  readonly zone: string;
  readonly accounts = new Map<string, RefAccount>();
  readonly #sales = new Map<string, RefSale>();
  readonly #keys = new Map<string, Remembered>();
  /** What members have sent to others, by sender and booking. */
  readonly #sent = new Map<string, readonly Pile[]>();

  constructor(now_ms: number, zone: string) {
    this.now_ms = now_ms;
    this.zone = zone;
  }

  open(id: string, isReceipt: boolean): void {
    this.accounts.set(id, new RefAccount(id, isReceipt, this.now_ms));
  }

  /** The account as of now; what is due has happened. */
  account(id: string): RefAccount {
    const account = this.accounts.get(id);
    if (account === undefined) throw new Error(`no account ${id}`);
    account.passTo(this.now_ms, this.zone);
    return account;
  }

  /** The account that carries on for this one; null when it was erased. */
  ownerOf(id: string): RefAccount | null {
    const account = this.account(id);
    if (account.end === null) return account;
    return account.end.kind === "erased" ? null : this.ownerOf(account.end.to);
  }

  /** Runs a command as the edge does: passed on to the account that took over, where it has to be. */
  run(id: string, asked: Asked): Outcome {
    const key = (at: string) => `${at} ${asked.idem}`;
    const request = JSON.stringify(asked.command);
    let account = this.account(id);
    for (;;) {
      const known = this.#keys.get(key(account.id));
      if (known !== undefined) return known.asked === request ? known.outcome : { refused: "idempotency_mismatch" };
      const waiting = account.waiting.find(({ idem }) => idem === asked.idem);
      if (waiting !== undefined && waiting.asked !== request) return { refused: "idempotency_mismatch" };
      // Its sale may have come along with another account since.
      if (waiting !== undefined && this.#searched(account, waiting.sale) === null)
        return { refused: "sale_not_known_yet" };
      if (account.end === null) break;
      if (account.end.kind === "erased") return { refused: "account_erased" };
      // What was done once is not done again because its account has gone up in another meanwhile.
      const done = this.#doneBefore(id, account, asked);
      if (done !== null) return done;
      const stopped = stoppedBy(account, id, asked.command);
      if (stopped !== null) return { refused: stopped };
      account = this.account(account.end.to);
    }
    const command = account.id === id ? asked.command : shownTo(account, id, asked.command);
    if (command === null) return { refused: "card_unknown" };
    const outcome = this.#decideWithGifts(id, account, { ...asked, command }, request);
    const isKept = "seq" in outcome || REMEMBERED.includes(outcome.refused);
    if (!isKept) return outcome;
    if ("refused" in outcome) account.book();
    // What repeats something under another key leaves no trace of its own.
    if (!("repeats" in outcome)) this.#keys.set(key(account.id), { outcome, asked: request });
    return outcome;
  }

  /** The alarm: writes down what is due, if anything is. */
  alarm(id: string): void {
    const account = this.account(id);
    if (account.end === null && account.isDue) account.book();
  }

  /** Ends an account in favour of another. */
  handOver(id: string, to: string): Outcome {
    const giver = this.account(id);
    if (giver.end?.kind === "erased") return { refused: "account_erased" };
    if (giver.end !== null) return giver.end.to === to ? OK : { refused: "account_moved" };
    if (giver.isReceipt && giver.opened_ms + CLAIM_MS <= this.now_ms) return { refused: "account_unknown" };
    if ([...giver.holds.values()].some((hold) => hold.for === "transfer")) return { refused: "account_changed" };
    for (const hold of giver.holds.values()) giver.release(hold, "cancelled");
    giver.book();
    giver.end = { kind: "moved", to };
    return OK;
  }

  /** Everything the giver had arrives, once. False when it had arrived before, or nobody wants it. */
  receive(id: string, from: string): boolean {
    const receiver = this.account(id);
    const giver = this.account(from);
    if (receiver.end !== null || receiver.tookIn.has(from)) return false;
    receiver.book();
    receiver.tookIn.add(from);
    receiver.piles.push(...giver.piles.map((pile) => ({ ...pile })));
    receiver.notes.push(...giver.notes);
    put(receiver, receiver.seq, inOrder(giver.issues));
    if (!giver.isReceipt) becomeOne(receiver, giver);
    joinChallenges(receiver, giver.challenges);
    joinGifts(receiver, giver.gifts);
    for (const [rule, at_ms] of giver.gave_ms) {
      receiver.gave_ms.set(rule, Math.max(receiver.gave_ms.get(rule) ?? at_ms, at_ms));
    }
    if (giver.seen_ms !== null) receiver.seen_ms = Math.max(receiver.seen_ms ?? giver.seen_ms, giver.seen_ms);
    for (const [rule, arriving] of giver.fractions) {
      const own = receiver.fractions.get(rule);
      const value = own === undefined ? arriving.value : own.value + inRate(arriving, own.rate).value;
      receiver.fractions.set(rule, { value, rate: own?.rate ?? arriving.rate });
    }
    return true;
  }

  /** What another member sent arrives, once. */
  receiveTransfer(id: string, from: string, seq: number): void {
    const receiver = this.account(id);
    const parcel = `${from} ${seq}`;
    if (receiver.end !== null || receiver.tookIn.has(parcel)) return;
    receiver.book();
    receiver.tookIn.add(parcel);
    receiver.piles.push(...(this.#sent.get(parcel) ?? []).map((pile) => ({ ...pile })));
  }

  /** The giver notes that what was sent has arrived, or that nobody was there any more. */
  confirmTransfer(id: string, seq: number, failed: boolean): void {
    const giver = this.account(id);
    const hold = giver.holds.get(seq);
    if (failed) giver.piles.push(...(hold?.piles ?? []));
    giver.holds.delete(seq);
    giver.book();
  }

  /** The giver notes that everything has arrived. */
  confirm(id: string): void {
    this.account(id).book();
  }

  saleAt(home: string, seq: number): RefSale | null {
    return this.#sales.get(`${home} ${seq}`) ?? null;
  }

  /** Dated gifts come with whatever is booked; a refusal is nothing that they could come with. */
  #decideWithGifts(named: string, account: RefAccount, asked: Asked, request: string): Outcome {
    const done = this.#doneBefore(named, account, asked);
    if (done !== null) return done;
    const undo = asked.program.dated_gifts.length === 0 ? () => {} : remember(account, []);
    const waiting = account.waiting.length;
    if (asked.command.type !== "erase") giveDated(account, asked.program, this.now_ms);
    const outcome = this.#decide(named, account, asked, request);
    if ("refused" in outcome && account.waiting.length <= waiting) undo();
    return outcome;
  }

  /** `named` is the account that the request was sent to, `account` the one that must carry it out. */
  #decide(named: string, account: RefAccount, asked: Asked, request: string): Outcome {
    const { command, program } = asked;
    switch (command.type) {
      case "sale":
        return this.#sell(account, command, asked);
      case "return":
        return this.#refund(named, account, command.sale, command.request, { ...asked, request });
      case "hold":
        return this.#hold(account, command, program);
      case "capture":
      case "cancel":
      case "renew": {
        const hold = account.holds.get(command.hold);
        if (hold === undefined || hold.for === "transfer") return { refused: endingOf(account, command.hold) };
        const isUnseen = hold.minimum > 0 && hold.spend === null;
        if (command.type === "capture" && isUnseen) return { refused: "sale_required" };
        const seq = account.book();
        if (command.type === "renew") hold.deadline_ms = this.now_ms + program.holds.minutes * 60_000;
        if (command.type === "cancel") account.release(hold, "cancelled");
        if (command.type === "capture") account.close(hold, "captured");
        const type = { capture: "hold_captured", cancel: "hold_cancelled", renew: "hold_renewed" }[command.type];
        return { seq, type, facts: {} };
      }
      case "adjustment":
      case "opening":
        return this.#adjust(account, command.type, command.unit, command.delta, program);
      case "transfer":
        return this.#send(account, command, program);
      case "gift":
        return this.#gift(account, command, program);
      case "issue":
        return this.#issue(account, command, program);
      case "cancel_issue":
        return this.#cancelIssue(account, command.issue);
      case "issue_card": {
        if (command.replaces !== null && !account.cards.has(command.replaces)) return { refused: "card_unknown" };
        if (command.replaces !== null) account.cards.set(command.replaces, "blocked");
        account.cards.set(Math.max(0, ...account.cards.keys()) + 1, "active");
        return { seq: account.book(), type: "card_issued", facts: {} };
      }
      case "block_card":
        if (!account.cards.has(command.card_no)) return { refused: "card_unknown" };
        account.cards.set(command.card_no, "blocked");
        return { seq: account.book(), type: "card_blocked", facts: {} };
      case "erase": {
        const seq = account.book();
        account.end = { kind: "erased" };
        return { seq, type: "erased", facts: {} };
      }
      default:
        throw new Error("a command that the model does not know");
    }
  }

  /** The same sale or return under another key; null when this is the first time. */
  #doneBefore(named: string, account: RefAccount, { command, till }: Asked): Outcome | null {
    if (command.type === "sale") {
      const twin = account.standing.get([command.receipt, command.business_date, till, command.register].join("|"));
      if (twin === undefined) return null;
      return sameSale(twin, command) ? repeated(twin) : { refused: "receipt_reused" };
    }
    if (command.type !== "return") return null;
    const { sale: of, request } = command;
    if ("origin" in of) throw new Error("the edge alone names a sale like this");
    const sales = "seq" in of ? [this.saleAt(named, of.seq)] : meant(account, of);
    const twins = sales.map((sale) => sale?.returns.get(request.return_id));
    const twin = twins.find((known) => known?.account === account.id);
    if (twin === undefined) return null;
    return sameRequest(twin.request, request) ? repeatedReturn(twin) : { refused: "return_id_reused" };
  }

  #sell(account: RefAccount, command: SaleCommand, asked: Asked): Outcome {
    const identity = [command.receipt, command.business_date, asked.till, command.register].join("|");
    const asks = command.exchange.map(({ sale, request }) => `${sale} ${request.return_id}`);
    const used = command.exchange.some(({ sale, request }) =>
      this.saleAt(account.id, sale)?.returns.has(request.return_id),
    );
    if (used || new Set(asks).size < asks.length) return { refused: "return_id_reused" };
    const found = decideSale(account, command, asked, {
      now_ms: this.now_ms,
      zone: this.zone,
      saleAt: (seq) => this.saleAt(account.id, seq),
    });
    if ("refused" in found) return found;
    this.#sales.set(`${account.id} ${found.sale.seq}`, found.sale);
    account.standing.set(identity, found.sale);
    this.#carryOutWaiting(account, found.sale, asked.program);
    return found.outcome;
  }

  /** Returns that came before their sale happen now, in the order they came. */
  #carryOutWaiting(account: RefAccount, sale: RefSale, program: ProgramDocument): void {
    const done = new Set<string>();
    for (const waiting of account.waiting) {
      if (!isMeant(sale, waiting.sale)) continue;
      account.waiting = account.waiting.filter((other) => other !== waiting);
      const id = waiting.request.return_id;
      const outcome = done.has(id)
        ? { refused: "return_id_reused" }
        : this.#book(account, sale, waiting.request, program);
      if ("refused" in outcome) account.book();
      else done.add(id);
      this.#keys.set(`${account.id} ${waiting.idem}`, { outcome, asked: waiting.asked });
    }
  }

  #refund(
    named: string,
    account: RefAccount,
    of: { readonly seq: number } | SaleByReceipt | { readonly origin: string },
    request: ReturnRequest,
    asked: Asked & { readonly request: string },
  ): Outcome {
    if ("origin" in of) throw new Error("the edge alone names a sale like this");
    const sale = "seq" in of ? this.saleAt(named, of.seq) : (meant(account, of).at(-1) ?? null);
    if (sale !== null) return this.#book(account, sale, request, asked.program);
    if ("seq" in of) return { refused: "sale_unknown" };
    const isIt = (other: WaitingRefund) =>
      JSON.stringify(keyOf(other.sale, other.request)) === JSON.stringify(keyOf(of, request));
    const same = account.waiting.find((other) => !other.brought && isIt(other));
    if (same !== undefined && !sameRequest(same.request, request)) return { refused: "return_id_reused" };
    const elsewhere = this.#searched(account, of);
    if (elsewhere !== null) {
      const known = elsewhere.returns.get(request.return_id);
      if (known !== undefined)
        return sameRequest(known.request, request) ? repeatedReturn(known) : { refused: "return_id_reused" };
      const outcome = this.#book(account, elsewhere, request, asked.program);
      const waited = account.waiting.find(
        (other) =>
          other.sale.receipt === of.receipt &&
          other.request.return_id === request.return_id &&
          sameRequest(other.request, request),
      );
      if (!("refused" in outcome) || REMEMBERED.includes(outcome.refused))
        account.waiting = account.waiting.filter((other) => other !== waited);
      return outcome;
    }
    if (same !== undefined) return { refused: "sale_not_known_yet" };
    const seq = account.book();
    account.waiting.push({ seq, sale: of, request, idem: asked.idem, asked: asked.request, brought: false });
    return { refused: "sale_not_known_yet" };
  }

  /** A sale by its receipt among those of accounts that went up in this one, the latest account first. */
  #searched(account: RefAccount, of: SaleByReceipt): RefSale | null {
    for (const other of account.absorbed.toReversed()) {
      const owner = this.accounts.get(other);
      const sale = owner === undefined ? undefined : meant(owner, of).at(-1);
      if (sale !== undefined) return sale;
    }
    return null;
  }

  #book(account: RefAccount, sale: RefSale, request: ReturnRequest, program: ProgramDocument): Outcome {
    const today = dateAt(this.now_ms, this.zone);
    const done = refund(account, sale, request, { on: today, program });
    if ("refused" in done) return done;
    const seq = account.book();
    issueAfter(account, program, { today, taken: done.issued }, done.gave);
    sale.returns.set(request.return_id, { seq, account: account.id, request });
    if (done.full && sale.home === account.id) {
      account.standing.delete(sale.identity);
      account.gone.push(sale);
    }
    const { amount, full, writtenOff } = done;
    return { seq, type: "return", facts: { amount, full, written_off: writtenOff } };
  }

  #hold(account: RefAccount, command: HoldCommand, program: ProgramDocument): Outcome {
    const card = cardRefusal(account, command.card_no);
    if (card !== null) return { refused: card };
    const wanted = wantedBy(account, command, program);
    if ("refused" in wanted) return wanted;
    const spend =
      command.sale_total ?? (command.lines === null ? null : sum(command.lines.map(({ amount }) => amount)));
    if (spend !== null && spend < wanted.minimum) return { refused: "minimum_spend_not_met" };
    if (account.available(wanted.unit) < wanted.amount) return { refused: "insufficient_balance" };
    if (account.holds.size >= HOLD_MAX) return { refused: "too_many_holds" };
    const found = effectOf(wanted, command, program);
    if (found === null) return { refused: "no_eligible_item" };
    const { discount, amount, items } = found;
    const seq = account.book();
    const { unit, reward, effect, issue } = wanted;
    const piles = account.take(account.free(unit), amount);
    const final = discount.is === "final";
    const deadline_ms = this.now_ms + program.holds.minutes * 60_000;
    const hold: RefHold = {
      seq,
      unit,
      piles,
      reward,
      issue,
      effect,
      for: wanted.for,
      off: discount.off,
      final,
      items,
      deadline_ms,
      spend,
      minimum: wanted.minimum,
    };
    account.holds.set(seq, hold);
    return { seq, type: "hold", facts: { discount: discount.off, final, units: amount } };
  }

  #adjust(
    account: RefAccount,
    type: "adjustment" | "opening",
    unit: string,
    delta: number,
    program: ProgramDocument,
  ): Outcome {
    if (!knowsUnit(program, unit)) return { refused: "unit_unknown" };
    if (delta <= 0) {
      // What was paid for with money is the member's own.
      const free = account.free(unit).filter(({ rank }) => rank !== "paid");
      if (sum(free.map(({ amount }) => amount)) < -delta) return { refused: "insufficient_balance" };
      account.take(free, -delta);
    } else {
      const isMoney = unit === creditUnit(program) || unit.startsWith("strip:");
      const expires = lastDayOf(datingOf(program, unit).expiry, dateAt(this.now_ms, this.zone));
      account.piles.push({ unit, rank: isMoney ? "granted" : "earned", amount: delta, opens: null, expires });
    }
    const seq = account.book();
    issueAfter(account, program, { today: dateAt(this.now_ms, this.zone), taken: 0 });
    return { seq, type, facts: {} };
  }

  /** Units that go to another member stand apart until they have arrived. */
  #send(account: RefAccount, { unit, amount, card_no }: TransferCommand, program: ProgramDocument): Outcome {
    const card = cardRefusal(account, card_no);
    if (card !== null) return { refused: card };
    if (!knowsUnit(program, unit)) return { refused: "unit_unknown" };
    if (unit !== "points" || program.transfers?.points !== true) return { refused: "transfers_off" };
    if (account.available(unit) < amount) return { refused: "insufficient_balance" };
    const piles = account.take(account.free(unit), amount);
    const seq = account.book();
    const nothing = {
      reward: null,
      issue: null,
      effect: null,
      off: null,
      final: true,
      minimum: 0,
      spend: null,
      items: [],
    };
    account.holds.set(seq, { ...nothing, seq, unit, piles, for: "transfer", deadline_ms: NEVER_MS });
    this.#sent.set(`${account.id} ${seq}`, piles);
    return { seq, type: "transfer_sent", facts: {} };
  }

  /** Units that somebody gives by hand. */
  #gift(account: RefAccount, { unit, amount, card_no }: GiftCommand, program: ProgramDocument): Outcome {
    const card = cardRefusal(account, card_no);
    if (card !== null) return { refused: card };
    if (!knowsUnit(program, unit)) return { refused: "unit_unknown" };
    const today = dateAt(this.now_ms, this.zone);
    const expires = lastDayOf(datingOf(program, unit).expiry, today);
    account.piles.push({ unit, rank: "granted", amount, opens: null, expires });
    const seq = account.book();
    issueAfter(account, program, { today, taken: 0 });
    return { seq, type: "gift", facts: {} };
  }

  /** A reward that is given, or paid for ahead. */
  #issue(account: RefAccount, command: IssueCommand, program: ProgramDocument): Outcome {
    const card = cardRefusal(account, command.card_no);
    if (card !== null) return { refused: card };
    const reward = program.rewards.find(({ id }) => id === command.reward);
    if (reward === undefined) return { refused: "reward_unknown" };
    if (!hasRoom(account)) return { refused: "too_many_issues" };
    const today = dateAt(this.now_ms, this.zone);
    const given = { ...plainIssue(program, reward.id, "gift"), expires: lastDayAfter(today, reward.valid_for) };
    if (command.origin === "claim") {
      if (reward.cost === undefined) return { refused: "reward_only_issued" };
      if (account.available(reward.cost.unit) < reward.cost.amount) return { refused: "insufficient_balance" };
    }
    const issue = command.origin === "gift" ? given : bought(account, program, reward, "claim", today);
    const expires = command.expires_on ?? issue.expires;
    const seq = account.book();
    put(account, seq, [{ ...issue, expires }]);
    return { seq, type: "issued", facts: {} };
  }

  #cancelIssue(account: RefAccount, name: string): Outcome {
    const issue = account.issues.find((one) => nameOf(one) === name);
    if (issue === undefined) return { refused: "issue_gone" };
    if (isHeld(account, issue)) return { refused: "issue_held" };
    takeBack(account, [issue]);
    return { seq: account.book(), type: "issue_cancelled", facts: {} };
  }
}

interface HoldEffect {
  readonly discount: Exclude<Discount, { is: "none" }>;
  readonly amount: number;
  readonly items: readonly FreeItems[];
}

/** What a reservation does, and how many units it takes; null when the basket has nothing for it. */
function effectOf(
  wanted: Exclude<Wanted, { readonly refused: string }>,
  { lines, sale_total }: HoldCommand,
  program: ProgramDocument,
): HoldEffect | null {
  const { amount, effect } = wanted;
  if (wanted.for === "credit") return { discount: { is: "open", off: 0 }, amount, items: [] };
  if (effect === null) {
    const card = program.strip_cards.find((one) => stripUnit(one) === wanted.unit);
    if (lines === null || card === undefined) return { discount: { is: "open", off: null }, amount, items: [] };
    const strips = stripsOff(card, amount, lines);
    if (strips === null) return null;
    return { discount: { is: "final", off: strips.off }, amount: strips.used, items: strips.items };
  }
  const discount = discountOf(effect, lines, sale_total);
  return discount.is === "none" ? null : { discount, amount, items: [] };
}

const OK: Outcome = { seq: 0, type: "ok", facts: {} };
