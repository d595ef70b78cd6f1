import type { Evidence } from "../../domain/insights/flag.ts";
import { EVIDENCE_MAX } from "../../domain/insights/flag.ts";
import {
  CARD_USES,
  isCardUse,
  isJudged,
  REDEMPTIONS,
  subjectsOf,
  usualOf,
  type Watched,
  type WatchRule,
  type WatchSettings,
} from "../../domain/insights/watch.ts";
import type { BookingRow, GenerationStore } from "./generation-store.ts";
import { evidenceOf, judge } from "./judge.ts";
import { holderOf } from "./holder.ts";
import type { InsightsStore } from "./store.ts";

/** Redemptions that are looked at for one finding. */
const SUSPECTS_MAX = 200;

export interface WatchDeps {
  readonly store: InsightsStore;
  readonly seen: GenerationStore;
  readonly settings: WatchSettings;
  /** False while a generation is being filled: what it lacks is no reason to take a finding back. */
  readonly withdraws: boolean;
  readonly now_ms: number;
}

export interface WatchedRow extends Watched {
  readonly seq: number;
}

/** A place in a ledger. */
export interface Place {
  readonly account: string;
  readonly seq: number;
}

/**
 * Looks at what bookings add to: the card's day, the cashier's, the shop's. Each finding is reckoned anew from all that is
 * projected, so that order and repetition do not matter. Writes a row only for a booking that is unusual by itself.
 *
 * @param voided sales that have come back in full
 */
export function watchBookings(deps: WatchDeps, rows: readonly WatchedRow[], voided: readonly Place[]): void {
  const { seen } = deps;
  const days = { ...deps, onDay: seen.dayReader() };
  const asked = new Map<string, { readonly rule: WatchRule; readonly subject: string }>();
  const ask = (rule: WatchRule, subject: string) => asked.set(`${rule}|${subject}`, { rule, subject });
  // One sale of each day and shop is enough to look for the redemptions beside it.
  const bought = new Map<string, WatchedRow>();
  for (const row of rows) {
    if (!isJudged(row, deps.now_ms)) continue;
    for (const { rule, subject } of subjectsOf(row, deps.settings, (account) => holderOf(seen, account))) {
      if (rule !== "card_used_often") deps.store.suspect(rule, subject, row);
      ask(rule, subject);
    }
    if (row.type === "sale") bought.set(`${row.account}|${row.location}|${row.day}`, row);
  }
  for (const { account, seq } of voided) {
    const sale = seen.bySeq(account, seq);
    if (sale === null || !isJudged(sale, deps.now_ms)) continue;
    for (const { rule, subject } of subjectsOf(sale, deps.settings, (one) => holderOf(seen, one))) ask(rule, subject);
    bought.set(`${sale.account}|${sale.location}|${sale.day}`, sale);
  }
  for (const sale of bought.values()) {
    for (const lone of redemptionsOf(days, sale)) ask("redeemed_without_sale", lone);
  }
  for (const { rule, subject } of asked.values()) look(days, rule, subject);
}

/** With the card's days read once for all the rules that look at them. */
interface WatchDays extends WatchDeps {
  readonly onDay: ReturnType<GenerationStore["dayReader"]>;
}

function look(days: WatchDays, rule: WatchRule, subject: string): void {
  const { store, settings, withdraws, now_ms } = days;
  const usual = usualOf(rule, settings.limits);
  if (usual === null) return;
  const evidence = rule === "card_used_often" ? usesOf(days, subject) : suspectsOf(days, rule, subject);
  if (!withdraws && evidence.length <= usual) return;
  judge(store, { rule, subject, usual, evidence }, now_ms);
}

/** Where that day's redemptions of the sale's account were counted: they may be without a sale no longer, or again. */
function redemptionsOf({ onDay, settings }: WatchDays, sale: WatchedRow): string[] {
  if (settings.limits.lone_redemptions_max === null) return [];
  return onDay(sale.account, sale.day, REDEMPTIONS)
    .filter(({ location }) => location === sale.location)
    .flatMap((row) => subjectsOf(row, settings, (account) => account))
    .flatMap(({ rule, subject }) => (rule === "redeemed_without_sale" ? [subject] : []));
}

function usesOf({ seen, onDay }: WatchDays, subject: string): Evidence[] {
  const [account = "", day = ""] = subject.split("|");
  const uses = onDay(account, day, CARD_USES).filter((row) => isCardUse(row) && row.facts.backfilled !== true);
  const [first] = uses;
  const voided = first === undefined ? new Set() : seen.voidedSince(account, first.seq);
  return uses
    .filter(({ seq }) => !voided.has(seq))
    .slice(0, EVIDENCE_MAX)
    .map(evidenceOf);
}

function suspectsOf(
  { store, seen, onDay }: WatchDays,
  rule: Exclude<WatchRule, "card_used_often">,
  subject: string,
): Evidence[] {
  return store
    .suspects(rule, subject, SUSPECTS_MAX)
    .flatMap(({ account, seq }) => seen.bySeq(account, seq) ?? [])
    .filter((row) => !seen.isVoided(row.account, row.seq))
    .filter((row) => rule !== "redeemed_without_sale" || !hasBought({ seen, onDay }, row))
    .slice(0, EVIDENCE_MAX)
    .map(evidenceOf);
}

/** Whether the member bought something there that day. */
function hasBought({ seen, onDay }: Pick<WatchDays, "seen" | "onDay">, row: BookingRow): boolean {
  const { account, location, day } = row;
  return onDay(account, day, ["sale"]).some((sale) => sale.location === location && !seen.isVoided(account, sale.seq));
}
