import type { FreeItems } from "./strips.ts";
import type { ReturnRequest, SaleByReceipt } from "../../../src/domain/ledger/booking.ts";
import type { SaleCommand } from "../../../src/domain/ledger/command.ts";
import type { BasketLine } from "../../../src/domain/program/basket.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { RewardEffect } from "../../../src/domain/program/reward-rules.ts";
import { dateAt } from "./calendar.ts";
import { isHeld, type RefIssue } from "./issues.ts";
import type { Note } from "./notes.ts";
import type { Counted, RefWindow } from "./challenges.ts";
import type { Birthday, GiftHad } from "./dated-gifts.ts";
import type { Clawed } from "./clawed.ts";
import type { TopUp } from "./credit.ts";
import type { Earned, Fraction, SaleContext } from "./rules.ts";

/** Units that came together. Piles are never joined, so that each can be followed by eye. */
export interface Pile {
  readonly unit: string;
  readonly rank: "granted" | "earned" | "paid";
  amount: number;
  /** Still waiting for this day; null can be spent. */
  opens: string | null;
  expires: string | null;
}

export interface RefHold {
  readonly seq: number;
  readonly unit: string;
  /** What was set apart, to go back where it came from. */
  readonly piles: readonly Pile[];
  readonly reward: string | null;
  /** The issued reward that it redeems; null when units pay. */
  readonly issue: RefIssue | null;
  /** What is paid with credit or strips has no reward's effect. */
  readonly effect: RewardEffect | null;
  readonly for: "reward" | "points" | "credit" | "strips" | "transfer";
  readonly off: number | null;
  readonly final: boolean;
  /** The items that strips pay for; none while the basket is not known, and for everything else. */
  readonly items: readonly FreeItems[];
  /** The least that must be spent with it, and the basket it was asked for with. */
  readonly minimum: number;
  readonly spend: number | null;
  deadline_ms: number;
}

export type HoldEnding = "captured" | "cancelled" | "expired";

/** A reservation that a sale used up. */
export interface CapturedHold extends Pick<RefHold, "seq" | "piles" | "issue"> {
  /** Whether it was credit that paid. */
  readonly pays: boolean;
  /** The items that strips paid for; null for anything but strips. */
  readonly items: readonly FreeItems[] | null;
}

/** A sale and all that became of it, wherever its member has gone since. */
export interface RefSale {
  readonly home: string;
  readonly seq: number;
  readonly identity: string;
  readonly command: SaleCommand;
  readonly till: string;
  readonly program: ProgramDocument;
  /** Whether it earned, or could have. */
  readonly isEarning: boolean;
  readonly context: SaleContext;
  /** The day on which it counts. */
  readonly on: string;
  readonly lines: readonly BasketLine[];
  readonly grossUp: number;
  readonly earned: readonly Earned[];
  /** Promotions of which the till took a discount off. */
  readonly offers: readonly string[];
  /** Dates of what it gave, by unit. */
  readonly gave: ReadonlyMap<string, Pick<Pile, "rank" | "opens" | "expires">>;
  readonly captured: readonly CapturedHold[];
  /** What was bought in it to be used later, as it was put away. */
  readonly bought: readonly Pile[];
  readonly strips: ReadonlyMap<string, number>;
  readonly topUp: TopUp | null;
  readonly paidWithCredit: number;
  readonly counted: readonly Counted[];
  /** The promotion whose coupon stands. */
  coupon: string | null;
  keptQuantity: Map<string, number>;
  offByLine: Map<string, number>;
  offInAll: number;
  stripsNow: ReadonlyMap<string, number>;
  /** How many strips go on paying, by reservation; all that were taken while nothing came back. */
  stripsPaying: ReadonlyMap<number, number>;
  topUpNow: TopUp | null;
  /** What stays paid with credit. */
  creditNow: number;
  /** What returns of it have wanted back so far. */
  clawed: Clawed[];
  /** What the kept basket earns. */
  now: readonly Earned[];
  /** What was paid and kept, as it counts for a level. */
  spent: number;
  isGone: boolean;
  readonly returns: Map<string, { readonly seq: number; readonly account: string; readonly request: ReturnRequest }>;
}

export interface WaitingRefund {
  readonly seq: number;
  readonly sale: SaleByReceipt;
  readonly request: ReturnRequest;
  readonly idem: string;
  readonly asked: string;
  /** Another account waited for it, and went up in this one. */
  readonly brought: boolean;
}

/** One account as plain lists. */
export class RefAccount {
  readonly id: string;
  readonly opened_ms: number;
  readonly isReceipt: boolean;
  seq = 1;
  piles: Pile[] = [];
  fractions = new Map<string, Fraction>();
  /** What was noted of every sale and return. */
  notes: Note[] = [];
  /** When rules with a cooldown last gave something, and when the latest sale was. */
  gave_ms = new Map<string, number>();
  seen_ms: number | null = null;
  holds = new Map<number, RefHold>();
  ended = new Map<number, HoldEnding>();
  /** What was done of challenges, by what they count. */
  challenges = new Map<string, RefWindow[]>();
  /** Dated gifts by their id, and what is known of the birthday. */
  gifts = new Map<string, GiftHad>();
  birthday: Birthday | null = null;
  /** Rewards that the member has and has not used. */
  issues: RefIssue[] = [];
  cards = new Map<number, "active" | "blocked">();
  waiting: WaitingRefund[] = [];
  /** Sales by what makes them the same sale; a sale that came back in full is not among them any more. */
  standing = new Map<string, RefSale>();
  gone: RefSale[] = [];
  /** Members that went up in this one, and those that had gone up in them. */
  absorbed: string[] = [];
  /** Where cards that came along were issued, by the number that they have here. */
  cardOrigins = new Map<number, { readonly account: string; readonly card_no: number }>();
  /** Who handed everything over to this account. */
  tookIn = new Set<string>();
  end: { readonly kind: "erased" } | { readonly kind: "moved"; readonly to: string } | null = null;
  /** Something fell due that no booking has shown yet. */
  isDue = false;

  constructor(id: string, isReceipt: boolean, opened_ms: number) {
    this.id = id;
    this.isReceipt = isReceipt;
    this.opened_ms = opened_ms;
    if (!isReceipt) this.cards.set(1, "active");
  }

  /** A booking is written; whatever was due goes into it. */
  book(): number {
    this.isDue = false;
    this.seq += 1;
    return this.seq;
  }

  /** Whether it has any of a unit, free, waiting or set apart. */
  hasSome(unit: string): boolean {
    const heldToo = [...this.piles, ...[...this.holds.values()].flatMap(({ piles }) => piles)];
    return heldToo.some((pile) => pile.unit === unit && pile.amount !== 0);
  }

  /** Lets time do its work: reservations lapse, waiting piles open, old piles go. */
  passTo(now_ms: number, zone: string): void {
    if (this.end !== null) return;
    const today = dateAt(now_ms, zone);
    for (const hold of [...this.holds.values()].filter(({ deadline_ms }) => deadline_ms <= now_ms)) {
      this.release(hold, "expired");
      this.isDue = true;
    }
    for (const pile of this.piles) {
      if (pile.opens !== null && pile.opens <= today) {
        pile.opens = null;
        this.isDue = true;
      }
    }
    const late = this.issues.filter((one) => one.expires !== null && one.expires < today && !isHeld(this, one));
    if (late.length > 0) this.isDue = true;
    this.issues = this.issues.filter((one) => !late.includes(one));
    const isOver = (pile: Pile) => pile.opens === null && pile.expires !== null && pile.expires < today;
    if (this.piles.some(isOver)) this.isDue = true;
    this.piles = this.piles.filter((pile) => !isOver(pile));
  }

  release(hold: RefHold, ending: HoldEnding): void {
    this.piles.push(...hold.piles);
    this.close(hold, ending);
  }

  close(hold: RefHold, ending: HoldEnding): void {
    this.holds.delete(hold.seq);
    if (ending === "captured") this.issues = this.issues.filter((issue) => issue.id !== hold.issue?.id);
    this.ended.set(hold.seq, ending);
  }

  free(unit: string): Pile[] {
    return this.piles.filter((pile) => pile.unit === unit && pile.opens === null).sort(soonestFirst);
  }

  waitingPiles(unit: string): Pile[] {
    return this.piles.filter((pile) => pile.unit === unit && pile.opens !== null).sort(soonestFirst);
  }

  available(unit: string): number {
    return this.free(unit).reduce((all, pile) => all + pile.amount, 0);
  }

  /** Takes from piles in the order given, at most so much; answers what it took. */
  take(from: readonly Pile[], amount: number): Pile[] {
    const taken: Pile[] = [];
    let left = amount;
    for (const pile of from) {
      const part = Math.min(left, pile.amount);
      if (part <= 0) continue;
      pile.amount -= part;
      left -= part;
      taken.push({ ...pile, amount: part });
    }
    this.piles = this.piles.filter((pile) => pile.amount > 0);
    return taken;
  }
}

const RANKS = { granted: 0, earned: 1, paid: 2 };

/** What was paid for last; else soonest expiry first, what never expires last; gifts before what was earned. */
function soonestFirst(left: Pile, right: Pile): number {
  if ((left.rank === "paid") !== (right.rank === "paid")) return left.rank === "paid" ? 1 : -1;
  const [mine, theirs] = [left.expires ?? "9999-99-99", right.expires ?? "9999-99-99"];
  if (mine !== theirs) return mine < theirs ? -1 : 1;
  if (left.rank !== right.rank) return RANKS[left.rank] - RANKS[right.rank];
  return (left.opens ?? "") < (right.opens ?? "") ? -1 : (left.opens ?? "") > (right.opens ?? "") ? 1 : 0;
}
