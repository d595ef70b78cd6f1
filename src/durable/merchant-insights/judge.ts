import { type Evidence, type FlagRule, weigh } from "../../domain/insights/flag.ts";
import { timeOfPlace } from "../../domain/insights/retention.ts";
import type { BookingRow, GenerationStore } from "./generation-store.ts";
import type { InsightsStore } from "./store.ts";

/** Cards that one receipt is named on in its flag; a receipt on more is suspect enough. */
const EVIDENCE_MAX = 50;

/**
 * Looks at receipts that a booking has touched. Reads one row for each that stands on one card only, as nearly all do,
 * and writes nothing for those.
 */
export function judgeReceipts(
  store: InsightsStore,
  seen: GenerationStore,
  receipts: Iterable<string>,
  now_ms: number,
): void {
  for (const receipt of receipts) {
    const sales = seen.byReceipt(receipt).slice(0, EVIDENCE_MAX);
    if (new Set(sales.map(({ account }) => account)).size < 2) continue;
    const standing = sales.filter(({ account, seq }) => !seen.isVoided(account, seq));
    judge(store, "receipt_on_two_cards", receipt, standing.map(evidenceOf), now_ms);
  }
}

/** A ledger that does not continue what was seen of it: somebody rewrote or rewound it. */
export function judgeChain(
  store: InsightsStore,
  { account, seq }: { readonly account: string; readonly seq: number },
  now_ms: number,
): void {
  const nothing = { location: null, till: null, staff: null, total: null, receipt: null };
  judge(store, "chain_broken", account, [{ account, seq, at_ms: now_ms, ...nothing }], now_ms);
}

function judge(
  store: InsightsStore,
  rule: FlagRule,
  subject: string,
  evidence: readonly Evidence[],
  now_ms: number,
): void {
  const known = store.flag(rule, subject);
  const flag = weigh(known, { rule, subject, evidence }, now_ms);
  if (flag !== null && flag !== known) store.putFlag(flag);
}

function evidenceOf({ account, seq, place, location, facts }: BookingRow): Evidence {
  return {
    account,
    seq,
    at_ms: timeOfPlace(place),
    location,
    till: facts.till ?? null,
    staff: facts.staff ?? null,
    total: facts.total ?? facts.sold ?? null,
    receipt: facts.receipt ?? null,
  };
}
