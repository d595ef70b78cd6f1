import { Buffer } from "node:buffer";
import { placeAt, timeOfPlace } from "../../domain/insights/retention.ts";
import type { GenerationStore } from "./generation-store.ts";
import {
  type AnchorRow,
  type AnchorsQuery,
  type AuditMessage,
  type AuditPage,
  type AuditQuery,
  FEED_TYPES,
  type FeedPage,
  type FeedQuery,
  type FlagPage,
  type FlagsQuery,
  type FlagView,
  type ResolveFlagMessage,
} from "./protocol.ts";
import { flagId, type InsightsStore } from "./store.ts";

/** Newest first; the page goes on where the one before stopped looking. */
export function readFeed(seen: GenerationStore, query: FeedQuery): FeedPage {
  const { before, limit, account, location, types } = query;
  const page = seen.feed({
    before: before ?? Number.MAX_SAFE_INTEGER,
    limit,
    account,
    location,
    types: types ?? FEED_TYPES,
  });
  const items = page.rows.map((row) => ({
    ...row,
    voided: row.type === "sale" && seen.isVoided(row.account, row.seq),
  }));
  return { items, next: page.next };
}

export function readFlags(store: InsightsStore, { state, behind, limit }: FlagsQuery): FlagPage {
  const flags = store.flags(state, behind, limit);
  const last = flags.at(-1);
  const next = flags.length < limit || last === undefined ? null : { opened_at_ms: last.opened_at_ms, id: last.id };
  return { flags, next };
}

/** What a person decides about a flag, in the audit log too. Null when there is no such flag. */
export function resolveFlag(store: InsightsStore, message: ResolveFlagMessage, day: string): FlagView | null {
  const { id, state, by, at_ms, blocked_cards = [] } = message;
  const known = store.flagById(id);
  if (known === null) return null;
  const decided =
    state === "open" ? { resolved_at_ms: null, resolved_by: null } : { resolved_at_ms: at_ms, resolved_by: by.who };
  const flag = { ...known, state, ...decided, ...(blocked_cards.length === 0 ? {} : { blocked_cards }) };
  store.transaction(() => {
    store.putFlag(flag);
    store.appendAudit({ place: placeAt(at_ms), day, ...by, action: `flag.${state}`, subject: id });
  });
  return { id: flagId(flag.rule, flag.subject), ...flag };
}

/** Appends what people did; several at once are one transaction. */
export function appendAudit(
  store: InsightsStore,
  { entries }: AuditMessage,
  dayOf: (location: string | null, at_ms: number) => string,
): void {
  store.transaction(() => {
    for (const { at_ms, ...entry } of entries) {
      store.appendAudit({ ...entry, place: placeAt(at_ms), day: dayOf(entry.location, at_ms) });
    }
  });
}

export function readAudit(store: InsightsStore, { before, location, limit }: AuditQuery): AuditPage {
  const rows = store.audit(before ?? Number.MAX_SAFE_INTEGER, location, limit);
  const next = rows.length < limit ? null : (rows.at(-1)?.place ?? null);
  return { entries: rows.map((row) => ({ ...row, at_ms: timeOfPlace(row.place) })), next };
}

export function readAnchors(seen: GenerationStore, { after, limit }: AnchorsQuery): AnchorRow[] {
  return seen.anchors(after, limit).map(({ account, seq, hash }) => ({
    account,
    seq,
    hash_hex: Buffer.from(hash).toString("hex"),
  }));
}
