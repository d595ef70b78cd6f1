import type { SyncCall, SyncItem } from "../../../../contract/pos-v1/sync.ts";
import { fail, ok, type Result } from "../../../../domain/result.ts";

const ITEM_PREFIX = "item:";

/** Kinds of things that an item makes and a later one may name. */
export type MadeKind = "member" | "redemption" | "issued_reward";

/** Ids that items of this batch have made, by what they are and the item's key. */
export type MadeIds = Readonly<Record<MadeKind, ReadonlyMap<string, string>>>;

/** What the path of a call names; absent for a call whose path names nothing. */
export const NAMED_BY_PATH: Readonly<Partial<Record<SyncCall, MadeKind>>> = {
  captureRedemption: "redemption",
  cancelRedemption: "redemption",
  cancelIssuedReward: "issued_reward",
  transferPoints: "member",
};

/** An item with every reference to an earlier one replaced by the id that it made. */
export interface ResolvedItem {
  readonly id: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Fails with the key that no earlier item has made anything under. */
export function resolveReferences(item: SyncItem, made: MadeIds): Result<ResolvedItem, string> {
  const kind = NAMED_BY_PATH[item.call] ?? "redemption";
  const id = item.id === undefined ? ok(null) : madeId(item.id, made[kind]);
  if (!id.ok) return id;
  const body: Record<string, unknown> = {
    ...(item.call === "createSale" && item.occurred_at !== undefined ? { occurred_at: item.occurred_at } : {}),
    ...item.body,
  };
  const { offline } = body;
  if (isObject(offline) && item.occurred_at !== undefined) {
    body["offline"] = { handed_out_at: item.occurred_at, ...offline };
  }
  for (const [field, resolve] of FIELDS) {
    if (body[field] === undefined) continue;
    const resolved = resolve(body[field], made);
    if (!resolved.ok) return resolved;
    body[field] = resolved.value;
  }
  return ok({ id: id.value, body });
}

const FIELDS: readonly (readonly [string, (value: unknown, made: MadeIds) => Result<unknown, string>])[] = [
  ["member", memberRef],
  ["to", memberRef],
  ["redemptions", redemptionIds],
  ["issued_reward", (value, made) => (typeof value === "string" ? madeId(value, made.issued_reward) : ok(value))],
];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function memberRef(member: unknown, made: MadeIds): Result<unknown, string> {
  if (typeof member !== "object" || member === null || !("item" in member)) return ok(member);
  const key = member.item;
  if (typeof key !== "string" || Object.keys(member).length !== 1) return ok(member);
  const id = made.member.get(key);
  return id === undefined ? fail(key) : ok({ id });
}

function redemptionIds(redemptions: unknown, made: MadeIds): Result<unknown, string> {
  if (!Array.isArray(redemptions)) return ok(redemptions);
  const ids: unknown[] = [];
  for (const wanted of redemptions) {
    const id = typeof wanted === "string" ? madeId(wanted, made.redemption) : ok(wanted);
    if (!id.ok) return id;
    ids.push(id.value);
  }
  return ok(ids);
}

function madeId(text: string, made: ReadonlyMap<string, string>): Result<string, string> {
  if (!text.startsWith(ITEM_PREFIX)) return ok(text);
  const key = text.slice(ITEM_PREFIX.length);
  const id = made.get(key);
  return id === undefined ? fail(key) : ok(id);
}
