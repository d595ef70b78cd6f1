import { z } from "zod";
import type { ApiKeyRow } from "../../../db/schema/api-key.ts";
import type { Actor } from "../../../domain/tenancy/actor.ts";
import { type Scope, SCOPES } from "../../../domain/tenancy/api-key.ts";
import { type Mode, MODES } from "../../../domain/tenancy/merchant.ts";
import { isOwner, may } from "../../../domain/tenancy/permissions.ts";
import { at_ms, id, name, pageLimit } from "../fields.ts";

const DAY_MS = 86_400_000;

export const scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .transform((given) => SCOPES.filter((scope) => given.includes(scope)));

export const createKeyInput = z.strictObject({
  till: id,
  mode: z.enum(MODES),
  scopes,
  name: name.nullable().default(null),
  expires_at_ms: at_ms.nullable().default(null),
});

export const listKeysInput = z.strictObject({
  till: id.nullable().default(null),
  cursor: z.string().max(300).nullable().default(null),
  limit: pageLimit,
});

export const rollKeyInput = z.strictObject({
  id,
  grace_ms: z
    .int()
    .min(0)
    .max(30 * DAY_MS)
    .default(DAY_MS)
    .describe("How long the old key still works."),
});

export const revokeKeyInput = z.strictObject({ id });

/** A key as a merchant's people see it: never the secret, never its hash. */
export interface ApiKey {
  readonly id: string;
  readonly till: string;
  readonly name: string | null;
  readonly mode: Mode;
  readonly scopes: readonly Scope[];
  /** How the secret begins and ends. */
  readonly prefix: string;
  readonly last_four: string;
  readonly replaces: string | null;
  readonly created_at_ms: number;
  readonly expires_at_ms: number | null;
  readonly revoked_at_ms: number | null;
  /** To ten minutes; null when never, or when that cannot be told just now. */
  readonly last_used_at_ms: number | null;
}

/** A key that was just made, with its secret: the only time it is told. */
export interface NewKey {
  readonly key: ApiKey;
  readonly secret: string;
}

/** Field by field, so that a column added later does not show by itself. */
export function toApiKey(row: ApiKeyRow, last_used_at_ms: number | null): ApiKey {
  return {
    id: row.id,
    till: row.till,
    name: row.name,
    mode: row.mode,
    scopes: row.scopes,
    prefix: row.prefix,
    last_four: row.last_four,
    replaces: row.replaces,
    created_at_ms: row.created_at_ms,
    expires_at_ms: row.expires_at_ms,
    revoked_at_ms: row.revoked_at_ms,
    last_used_at_ms,
  };
}

/** Whether a key works at a moment. */
export function isActive(key: ApiKeyRow, now_ms: number): boolean {
  return key.revoked_at_ms === null && (key.expires_at_ms === null || key.expires_at_ms > now_ms);
}

/** Whether the actor may make a key with these scopes at a location; keys that configure or rewrite the past are the owner's. */
export function mayMakeKey(actor: Actor, location: string, wanted: readonly Scope[]): boolean {
  const isOwnersOnly = wanted.includes("admin") || wanted.includes("backfill");
  return may(actor, "run_location", [location]) && (!isOwnersOnly || isOwner(actor));
}
