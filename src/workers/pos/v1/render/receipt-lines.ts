import { formatMoney } from "../../../../domain/money.ts";
import { isMoney } from "../../../../domain/program/credit.ts";
import type { Wallet } from "../../../../domain/ledger/view.ts";
import type { LocalizedText } from "../../../../domain/program/document-parts.ts";
import { formatDate } from "../../../../domain/time/format-date.ts";
import type { LocalDate } from "../../../../domain/time/local-date.ts";
import type { Rendering } from "./reader.ts";
import type { WireReward } from "./wallet.ts";

const WIDTH = 32;
const LINES_MAX = 5;

/** A reward for a later visit, as the receipt names it. */
interface PrintedCoupon {
  readonly what: LocalizedText;
  readonly expires_on: LocalDate | null;
}

/** What a till prints under the receipt: what was earned, the balances, what is for the next visit, and how far the next reward is. */
export function receiptLines(
  { desk, text }: Rendering,
  earned: readonly { readonly unit: string; readonly delta: number }[],
  wallet: Wallet,
  rewards: readonly WireReward[],
  coupons: readonly PrintedCoupon[] = [],
): string[] {
  const nl = desk.locale === "nl";
  const moved = (wanted: string) =>
    earned.filter(({ unit }) => unit === wanted).reduce((sum, entry) => sum + entry.delta, 0);
  // Money that moved goes first: there is room for two.
  const isMovedMoney = ({ unit }: { readonly unit: string }) => isMoney(unit) && moved(unit) !== 0;
  const inOrder = [
    ...wallet.balances.filter(isMovedMoney),
    ...wallet.balances.filter((balance) => !isMovedMoney(balance)),
  ];
  const balances = inOrder.map((balance) => {
    const delta = moved(balance.unit);
    const written = (amount: number) =>
      isMoney(balance.unit) ? formatMoney(amount, desk.currency, desk.locale) : String(amount);
    const change = delta === 0 ? "" : delta > 0 ? ` (+${written(delta)})` : ` (-${written(-delta)})`;
    const of = balance.of === null ? "" : `/${balance.of}`;
    return `${text(balance.name)}: ${written(balance.available)}${of}${change}`;
  });
  const couponLines = coupons.map(({ what, expires_on }) => {
    if (expires_on === null) return nl ? `Volgende keer: ${text(what)}` : `Next time: ${text(what)}`;
    const date = formatDate(expires_on, desk.locale);
    return nl ? `T/m ${date}: ${text(what)}` : `Until ${date}: ${text(what)}`;
  });
  const ready = rewards.find((reward) => reward.available);
  const next = rewards.find((reward) => !reward.available);
  const readyLine = ready === undefined ? [] : [nl ? `Klaar: ${ready.name}` : `Ready: ${ready.name}`];
  const nextLine =
    next === undefined ? [] : [nl ? `Nog ${next.missing} voor ${next.name}` : `${next.missing} more for ${next.name}`];
  const all = [
    desk.parts.config.config.merchant.name,
    ...balances.slice(0, 2),
    ...couponLines,
    ...readyLine,
    ...nextLine,
  ];
  return all.slice(0, LINES_MAX).map(fit);
}

function fit(line: string): string {
  const characters = [...line];
  return characters.length <= WIDTH ? line : `${characters.slice(0, WIDTH - 1).join("")}…`;
}
