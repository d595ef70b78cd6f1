import type { Command, SaleCommand } from "../../../src/domain/ledger/command.ts";
import { settle } from "../../../src/domain/ledger/due.ts";
import { issueKey, openIssues } from "../../../src/domain/ledger/issued.ts";
import { addSpan } from "../../../src/domain/time/calendar.ts";
import { localDate } from "../../../src/domain/time/local-date.ts";
import { sumOf } from "../../../src/domain/program/basket.ts";
import type { Step } from "./arbitraries.ts";
import { MINUTE_MS } from "./clock.ts";
import { adjust, holdOf, line, receipt, refund, sale } from "./commands.ts";
import type { Ledger } from "./ledger.ts";

/** Turns a step into a command that fits the account as it is; null when the step is not a command. */
export function commandOf(ledger: Ledger, step: Step, index: number): Command | null {
  switch (step.kind) {
    case "sale": {
      const open = Object.values(settle(ledger.state, ledger.now_ms).state.holds).map(({ seq }) => seq);
      const holds = step.holds.flatMap((at) => (at < 6 ? open.slice(at % 2, (at % 2) + 1) : []));
      const total = sumOf(step.lines) + step.extra;
      const currency = step.foreign ? "USD" : "EUR";
      return sale(step.lines, {
        receipt: `R${index}`,
        total,
        holds,
        currency,
        ...paidByGiftCard(step.giftcard, index),
      });
    }
    case "return": {
      const sales = seqsOf(ledger, "sale");
      return sales.length === 0 ? null : refund(pick(sales, step.sale), step.back, `T${index}`);
    }
    case "early_return":
      return refund(receipt(`R${index + step.ahead}`), step.back, `T${index}`);
    case "hold":
      if (typeof step.ask !== "object") return holdOf(step.ask, { lines: step.lines });
      return holdOf("", { lines: step.lines, ask: unitsAsked(step.ask) });
    case "capture":
    case "cancel":
    case "renew": {
      const holds = seqsOf(ledger, "hold");
      return holds.length === 0 ? null : { type: step.kind, hold: pick(holds, step.hold) };
    }
    case "adjustment":
      return adjust(step.delta, { unit: step.stamps ? "stamps:stc_latte" : "points" });
    case "gift":
      return { type: "gift", unit: step.credit ? "credit:EUR" : "points", amount: step.amount, card_no: null };
    case "issue": {
      const today = localDate(ledger.now_ms, "Europe/Amsterdam");
      const expires_on = step.lasts_days === null ? null : addSpan(today, { days: step.lasts_days });
      return { type: "issue", origin: step.origin, reward: "rew_coffee", expires_on, card_no: null };
    }
    case "redeem_issue":
    case "cancel_issue": {
      const open = openIssues(settle(ledger.state, ledger.now_ms).state).map(issueKey);
      if (open.length === 0) return null;
      const issue = open[step.issue % open.length] ?? "";
      return step.kind === "cancel_issue"
        ? { type: "cancel_issue", issue }
        : { ...holdOf("rew_coffee"), ask: { issue } };
    }
    case "offline_redemption": {
      // Each at a moment of its own: the same at the same moment is the same.
      const handed_out_at_ms = ledger.now_ms - step.minutes_ago * MINUTE_MS - index;
      const balances = { points: 100, "stamps:stc_latte": 100 };
      const snapshot = { seq: 1, issued_at_ms: handed_out_at_ms, balances };
      const ask = { reward: step.ask };
      const lines = [line("latte", 250, { sku: "latte", category: "coffee" }), line("cup", 300)];
      return { type: "offline_redemption", ask, lines, sale_total: null, card_no: null, handed_out_at_ms, snapshot };
    }
    case "transfer":
      return { type: "transfer", to: OTHER_MEMBER, unit: "points", amount: step.amount, card_no: null };
    case "card":
      return step.block
        ? { type: "block_card", card_no: step.card }
        : { type: "issue_card", card_kind: "plastic", replaces: null };
    case "deliver":
    case "publish":
    case "wait":
      return null;
  }
}

/** The till held as much on a gift card, or nothing. */
function paidByGiftCard(held: number, index: number): Pick<SaleCommand, "tenders"> {
  if (held === 0) return {};
  const what = { en: "payment with credit" };
  return { tenders: [{ account: GIFT_CARD, hold: index, claim: index, what, unit: "credit:EUR", held }] };
}

const GIFT_CARD = "b000000000000001";
const OTHER_MEMBER = "m000000000000002";

function unitsAsked(ask: { readonly credit: number } | { readonly strips: number }) {
  return "credit" in ask ? { unit: "credit:EUR", amount: ask.credit } : { unit: "strip:stp_three", amount: ask.strips };
}

/** Lets a step happen; gives the code of the refusal, or null when there was none. */
export function play(ledger: Ledger, step: Step, index: number): string | null {
  if (step.kind === "wait") ledger.now_ms += step.minutes * MINUTE_MS;
  if (step.kind === "publish") ledger.publish({ ...step.program, version: ledger.programs.size + 1 });
  if (step.kind === "deliver") deliver(ledger, step.parcel, step.failed);
  const command = commandOf(ledger, step, index);
  const run = command === null ? null : ledger.run(command);
  return run === null || run.ok ? null : run.error.code;
}

/** One of the transfers on their way arrives, or comes back because nobody is there any more. */
function deliver(ledger: Ledger, parcel: number, failed: boolean): void {
  const open = Object.keys(ledger.state.outbox).map(Number);
  if (open.length > 0) ledger.step({ type: "delivered", delivered: pick(open, parcel), failed });
}

function seqsOf(ledger: Ledger, type: "sale" | "hold"): number[] {
  return ledger.bodies.filter((body) => body.type === type).map((body) => body.seq);
}

function pick(values: readonly number[], at: number): number {
  return values[at % values.length] ?? 0;
}
