import { OCCURRED_BACK_MAX_MS } from "../../domain/time/clock-window.ts";
import { accountKindOf } from "../../domain/tenancy/account-id.ts";
import type { BookingRow, GenerationStore } from "./generation-store.ts";
import { holderOf } from "./holder.ts";
import type { ActiveMembersQuery } from "./protocol.ts";
import { placeAt } from "../../domain/insights/retention.ts";

const PAGE = 5_000;

/**
 * How many members have at least one sale or redemption in the span that was not wholly taken back. A late sale counts
 * when it was made, backfilled ones never do, and what was claimed from a receipt counts for whoever claimed it.
 */
export function countActiveMembers(store: GenerationStore, { from_ms, to_ms }: ActiveMembersQuery): number {
  const members = new Set<string>();
  const accounts = new Set<string>();
  const end = placeAt(to_ms + OCCURRED_BACK_MAX_MS) - 1;
  for (let after = placeAt(from_ms) - 1; ;) {
    const rows = store.behind(after, end, PAGE);
    for (const row of rows) {
      if (accounts.has(row.account) || !isActivity(store, row, from_ms, to_ms)) continue;
      accounts.add(row.account);
      const member = memberOf(store, row.account);
      if (member !== null) members.add(member);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return members.size;
    after = last.place;
  }
}

function isActivity(store: GenerationStore, row: BookingRow, from_ms: number, to_ms: number): boolean {
  if (row.type !== "sale" && row.type !== "hold_captured") return false;
  if (row.facts.backfilled === true) return false;
  const at_ms = row.facts.occurred_at_ms ?? row.at_ms;
  if (at_ms < from_ms || at_ms >= to_ms) return false;
  return row.type !== "sale" || !store.isVoided(row.account, row.seq);
}

/** The member that an account is, or has gone up in; null for a receipt that nobody has claimed. */
function memberOf(store: GenerationStore, account: string): string | null {
  const holder = holderOf(store, account);
  return accountKindOf(holder) === "member" ? holder : null;
}
