import type { SyncItem } from "../../../../contract/pos-v1/sync.ts";
import { fail, ok, type Result } from "../../../../domain/result.ts";

const ITEM_PREFIX = "item:";

/** Ids that items of this batch have made, by the item's key. */
export interface MadeIds {
  readonly members: ReadonlyMap<string, string>;
  readonly redemptions: ReadonlyMap<string, string>;
}

/** An item with every reference to an earlier one replaced by the id that it made. */
export interface ResolvedItem {
  readonly id: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Fails with the key that no earlier item has made anything under. */
export function resolveReferences(item: SyncItem, made: MadeIds): Result<ResolvedItem, string> {
  const id = item.id === undefined ? ok(null) : redemptionId(item.id, made);
  if (!id.ok) return id;
  const member = memberRef(item.body?.["member"], made);
  if (!member.ok) return member;
  const redemptions = redemptionIds(item.body?.["redemptions"], made);
  if (!redemptions.ok) return redemptions;
  const timed = item.call === "createSale" && item.occurred_at !== undefined ? { occurred_at: item.occurred_at } : {};
  return ok({
    id: id.value,
    body: {
      ...timed,
      ...item.body,
      ...(member.value === undefined ? {} : { member: member.value }),
      ...(redemptions.value === undefined ? {} : { redemptions: redemptions.value }),
    },
  });
}

function memberRef(member: unknown, made: MadeIds): Result<unknown, string> {
  if (typeof member !== "object" || member === null || !("item" in member)) return ok(member);
  const key = member.item;
  if (typeof key !== "string" || Object.keys(member).length !== 1) return ok(member);
  const id = made.members.get(key);
  return id === undefined ? fail(key) : ok({ id });
}

function redemptionIds(redemptions: unknown, made: MadeIds): Result<unknown, string> {
  if (!Array.isArray(redemptions)) return ok(redemptions);
  const ids: unknown[] = [];
  for (const wanted of redemptions) {
    const id = typeof wanted === "string" ? redemptionId(wanted, made) : ok(wanted);
    if (!id.ok) return id;
    ids.push(id.value);
  }
  return ok(ids);
}

function redemptionId(text: string, made: MadeIds): Result<string, string> {
  if (!text.startsWith(ITEM_PREFIX)) return ok(text);
  const key = text.slice(ITEM_PREFIX.length);
  const id = made.redemptions.get(key);
  return id === undefined ? fail(key) : ok(id);
}
