import type { z } from "zod";
import type { activity, auditEntry, flag, insightsHealth, totals } from "../../contract/dashboard-v1/insights.ts";
import { ACTIVITY_TYPES } from "../../contract/dashboard-v1/insights.ts";
import { explainFlag } from "../../domain/insights/explain-flag.ts";
import type { Evidence, FlagRule } from "../../domain/insights/flag.ts";
import { accountKindOf } from "../../domain/tenancy/account-id.ts";
import type { Tally } from "../../domain/insights/tally.ts";
import type { IdCodec } from "../../domain/tenancy/ids.ts";
import type { AuditPage, FeedItem, FlagView, HealthView, Totals } from "../../durable/merchant-insights/protocol.ts";
import { wireTime } from "../http/wire-time.ts";

export type WireActivity = z.infer<typeof activity>;

/** One line of the feed; null for what is no news to a person. */
export function renderActivity(ids: IdCodec, item: FeedItem): WireActivity | null {
  const type = ACTIVITY_TYPES.find((known) => known === item.type);
  if (type === undefined) return null;
  const { account, facts } = item;
  return {
    object: "activity",
    id: String(item.place),
    type,
    created_at: wireTime(item.at_ms),
    day: item.day,
    member: memberOf(ids, account),
    location: item.location,
    till: facts.till ?? null,
    staff: facts.staff ?? null,
    sale: saleOf(ids, item),
    receipt: facts.receipt ?? null,
    amount: facts.total ?? facts.sold ?? facts.returned ?? null,
    currency: facts.currency ?? null,
    voided: item.voided,
    backfilled: facts.backfilled === true,
    units: facts.units ?? {},
    rewards: facts.rewards ?? {},
  };
}

/** Days from before costs were counted have none. */
function tallyOf(tally: Tally) {
  return { ...tally, reward_costs: tally.reward_costs ?? 0 };
}

function saleOf(ids: IdCodec, { type, account, seq, facts }: FeedItem): string | null {
  const at =
    type === "sale" ? { account, seq } : facts.sale && { account: facts.sale.origin ?? account, seq: facts.sale.seq };
  return at === undefined || accountKindOf(at.account) === null ? null : ids.booking("sal", at);
}

/** Only a member's account is a person; a deleted account's rows stand under no id at all. */
function memberOf(ids: IdCodec, account: string): string | null {
  return accountKindOf(account) === "member" ? ids.member(account) : null;
}

export function renderTotals(
  { days, sum }: Totals,
  range: { readonly from: string; readonly to: string },
  owed: Totals | null,
): z.infer<typeof totals> {
  const open = owed === null ? null : Object.entries(owed.sum.units).map(([unit, move]) => [unit, move.open ?? 0]);
  return {
    object: "totals",
    ...range,
    days: days.map(({ day, location, tally }) => ({ day, location, ...tallyOf(tally) })),
    sum: tallyOf(sum),
    owed: open === null ? null : Object.fromEntries(open),
  };
}

export function renderFlag(ids: IdCodec, found: FlagView): z.infer<typeof flag> {
  const { id, rule, state, evidence, usual = null, opened_at_ms, resolved_at_ms, resolved_by } = found;
  const { nl, en } = explainFlag(found);
  return {
    object: "flag",
    id,
    rule,
    state,
    explanation: { nl, en },
    usual,
    evidence: evidence.map((piece) => renderEvidence(ids, piece, rule)),
    blocked_cards: (found.blocked_cards ?? []).map(({ account, card_no }) => ids.card({ account, cardNo: card_no })),
    opened_at: wireTime(opened_at_ms),
    resolved_at: resolved_at_ms === null ? null : wireTime(resolved_at_ms),
    resolved_by,
  };
}

function renderEvidence(ids: IdCodec, piece: Evidence, rule: FlagRule): z.infer<typeof flag>["evidence"][number] {
  const { account, seq, at_ms, location, till, staff, receipt, total, card_no, hold } = piece;
  const kind = rule === "chain_broken" ? null : (piece.type ?? "sale");
  return {
    type: ACTIVITY_TYPES.find((known) => known === kind) ?? null,
    member: memberOf(ids, account),
    card: card_no === undefined ? null : ids.card({ account, cardNo: card_no }),
    sale: kind === "sale" ? ids.booking("sal", { account, seq }) : null,
    redemption: hold === undefined ? null : ids.booking("red", { account, seq: hold }),
    at: wireTime(at_ms),
    location,
    till,
    staff,
    receipt,
    amount: total,
  };
}

export function renderAudit({
  at_ms,
  who,
  role,
  location,
  action,
  subject,
}: AuditPage["entries"][number]): z.infer<typeof auditEntry> {
  return { object: "audit_entry", at: wireTime(at_ms), who, role, location, action, subject };
}

export function renderHealth(health: HealthView): z.infer<typeof insightsHealth> {
  const { repaired_bookings, late_deliveries, failed_attempts, failed_steps, broken_chains } = health;
  const time = (at_ms: number | null) => (at_ms === null ? null : wireTime(at_ms));
  return {
    object: "insights_health",
    rebuilding: health.walk?.kind === "rebuild",
    rebuilt_at: time(health.rebuilt_at_ms),
    repaired_at: time(health.repaired_at_ms),
    repaired_bookings,
    late_deliveries,
    failed_attempts,
    last_late_at: time(health.last_late_at_ms),
    failed_steps,
    broken_chains,
  };
}
