import { mulDivFloor } from "../../numbers.ts";
import { type BasketLine, sumOf } from "../../program/basket.ts";
import type { CompiledProgram } from "../../program/compile.ts";
import { type Effect, evaluateEffect } from "../../program/effect.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { Capture, SaleWarning } from "../booking.ts";
import type { History, SaleCommand } from "../command.ts";
import type { EntryDraft } from "../draft.ts";
import { captureEntries } from "../due.ts";
import { usedIssue } from "../issued.ts";
import type { Refusal } from "../refusal.ts";
import type { AccountState, OpenHold } from "../state.ts";
import { isPayment, paidWithCredit, settlePayment } from "./payment.ts";
import { holdRefusal, redeemableHold } from "./redemption.ts";
import { settleStrips } from "./strips.ts";
import { claimRefusal } from "./tender.ts";

/** The holds that a sale names, as they are taken with it. */
export interface CapturedHolds {
  readonly captures: readonly Capture[];
  readonly entries: readonly EntryDraft[];
  readonly warnings: readonly SaleWarning[];
}

/** Captures the holds that a sale names, each settled on the sale's own lines. */
export function captureHolds(
  state: AccountState,
  command: SaleCommand,
  { lines, payable }: { readonly lines: readonly BasketLine[]; readonly payable: number },
  program: CompiledProgram,
  history: History,
): Result<CapturedHolds, Refusal> {
  const captures: Capture[] = [];
  const entries: EntryDraft[] = [];
  const warnings: SaleWarning[] = [];
  for (const seq of new Set(command.holds)) {
    const hold = redeemableHold(state, seq);
    if (hold === null) return fail(holdRefusal(seq, history));
    const promised = command.unclaimed === true ? null : claimRefusal(hold);
    if (promised !== null) return fail(promised);
    const basket = { lines, total: command.total, unpaid: payable - paidWithCredit(captures) };
    const settled = settleHold(state, hold, basket, program);
    captures.push(settled.capture);
    entries.push(...settled.entries);
    if (!settled.fits) warnings.push({ code: "effect_not_in_basket", hold: seq });
  }
  const unmet = unmetMinimum(state, captures, command.total);
  if (unmet !== null) return fail(unmet);
  return ok({ captures, entries, warnings });
}

interface SettledHold {
  readonly capture: Capture;
  readonly entries: readonly EntryDraft[];
  /** Whether the basket has what the hold is for. */
  readonly fits: boolean;
}

/** @param unpaid what credit may still pay */
function settleHold(
  state: AccountState,
  hold: OpenHold,
  { lines, total, unpaid }: { readonly lines: readonly BasketLine[]; readonly total: number; readonly unpaid: number },
  program: CompiledProgram,
): SettledHold {
  if (hold.effect.kind === "free_items") return settleStrips(program, hold, lines);
  if (isPayment(hold)) return { ...settlePayment(hold, unpaid), fits: true };
  const effect = settleEffect(hold, lines, total, program);
  return {
    capture: rewardCapture(state, hold, effect ?? hold.effect),
    entries: captureEntries(hold),
    fits: effect !== null,
  };
}

function rewardCapture(state: AccountState, hold: OpenHold, effect: Effect): Capture {
  const { seq, reward, what, unit, parts, taken_on, terms } = hold;
  const issue = hold.issued === undefined ? undefined : state.issued?.[hold.issued];
  return {
    hold: seq,
    reward,
    what,
    unit,
    parts,
    effect,
    ...(taken_on === undefined ? {} : { taken_on }),
    ...(issue === undefined ? {} : { issued: usedIssue(issue) }),
    ...(terms === undefined ? {} : { terms }),
  };
}

/** Whether the sale as it came is too small for a reward that it names. What the rewards took off counts as spent. */
function unmetMinimum(state: AccountState, captures: readonly Capture[], total: number): Refusal | null {
  const spend = total + captures.reduce((sum, { effect }) => sum + (effect.discount ?? 0), 0);
  const minimum = Math.max(0, ...captures.map(({ hold }) => state.holds[String(hold)]?.minimum?.spend ?? 0));
  return minimum > 0 && spend < minimum ? { code: "minimum_spend_not_met", minimum, spend } : null;
}

/** The effect as it is final now: a hold that knew its basket keeps it, another is settled on the lines of the sale. */
function settleEffect(
  hold: OpenHold,
  lines: readonly BasketLine[],
  total: number,
  program: CompiledProgram,
): Effect | null {
  if (hold.effect.final) return hold.effect;
  const reward = hold.reward === null ? undefined : program.rewards.get(hold.reward);
  if (reward === undefined)
    return { ...hold.effect, discount: hold.effect.discount ?? payable(hold.effect, total), final: true };
  const settled = evaluateEffect(reward.effect, { lines, sale_total: total });
  return settled.ok ? settled.value : null;
}

function payable(effect: Effect, total: number): number {
  if (effect.amount !== null) return Math.min(effect.amount, Math.max(0, total));
  if (effect.percent === null) return 0;
  const whole = mulDivFloor(Math.max(0, total), effect.percent, 100);
  return Math.min(whole, effect.max_discount ?? whole);
}

/** What rewards took off. Strips were paid for ahead: what they pay earns nothing, on the gross price too. */
export function rewardsOff(captures: readonly Capture[]): number {
  return sumOf(
    captures.flatMap(({ effect }) => (effect.kind === "free_items" ? [] : [{ amount: effect.discount ?? 0 }])),
  );
}
