import { type Evidence, EVIDENCE_MAX, type Flag, weigh } from "../../domain/insights/flag.ts";
import { timeOfPlace } from "../../domain/insights/retention.ts";
import type { BookingRow, GenerationStore, NewBooking } from "./generation-store.ts";
import type { InsightsStore } from "./store.ts";

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
    judge(store, { rule: "receipt_on_two_cards", subject: receipt, evidence: standing.map(evidenceOf) }, now_ms);
  }
}

/** A ledger that does not continue what was seen of it: somebody rewrote or rewound it. */
export function judgeChain(
  store: InsightsStore,
  { account, seq }: { readonly account: string; readonly seq: number },
  now_ms: number,
): void {
  const nothing = { location: null, till: null, staff: null, total: null, receipt: null };
  const evidence = [{ account, seq, at_ms: now_ms, ...nothing }];
  judge(store, { rule: "chain_broken", subject: account, evidence }, now_ms);
}

/** Rewards that were handed out without a connection and cost more than was left; each is flagged by itself. */
export function judgeShortfalls(store: InsightsStore, rows: readonly NewBooking[], now_ms: number): void {
  for (const { account, seq, at_ms, type, location, facts } of rows) {
    if (facts.shortfall === undefined) continue;
    const { till = null, staff = null } = facts;
    const evidence = [{ account, seq, at_ms, location, till, staff, total: null, receipt: null, type }];
    judge(store, { rule: "offline_shortfall", subject: `${account}:${seq}`, evidence }, now_ms);
  }
}

/** What was found, and what was known of it before. */
export function judge(
  store: InsightsStore,
  found: Pick<Flag, "rule" | "subject" | "usual" | "evidence">,
  now_ms: number,
): void {
  const known = store.flag(found.rule, found.subject);
  const flag = weigh(known, found, now_ms);
  if (flag !== null && flag !== known) store.putFlag(flag);
}

export function evidenceOf({ account, seq, type, place, location, facts }: BookingRow): Evidence {
  return {
    account,
    seq,
    at_ms: timeOfPlace(place),
    location,
    till: facts.till ?? null,
    staff: facts.staff ?? null,
    total: facts.total ?? facts.sold ?? null,
    receipt: facts.receipt ?? null,
    ...(type === "sale" ? {} : { type }),
    ...(facts.card_no === undefined ? {} : { card_no: facts.card_no }),
    ...(facts.hold === undefined ? {} : { hold: facts.hold }),
  };
}
