import { and, asc, eq, gt, isNull, or, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { apiKey } from "../schema/api-key.ts";
import { countColumns } from "./counts.ts";

export type NewApiKey = Omit<typeof apiKey.$inferInsert, "merchant">;
/** Keys come in the order they were made; the id breaks ties. */
export interface ApiKeyCursor {
  readonly created_at_ms: number;
  readonly id: string;
}

export function apiKeyRepository(db: Database, tenant: string) {
  const own = eq(apiKey.merchant, tenant);
  const one = (id: string) => and(own, eq(apiKey.id, id));
  const unexpired = (now_ms: number) => or(isNull(apiKey.expires_at_ms), gt(apiKey.expires_at_ms, now_ms));
  return {
    insert: (row: NewApiKey) => db.insert(apiKey).values({ ...row, merchant: tenant }),
    get: (id: string) => db.select().from(apiKey).where(one(id)).limit(1),
    active: (now_ms: number) =>
      db
        .select()
        .from(apiKey)
        .where(and(own, isNull(apiKey.revoked_at_ms), unexpired(now_ms)))
        .orderBy(...order),
    page: (page: { readonly till: string | null; readonly after: ApiKeyCursor | null; readonly limit: number }) =>
      db
        .select()
        .from(apiKey)
        .where(and(own, page.till === null ? undefined : eq(apiKey.till, page.till), isAfter(page.after)))
        .orderBy(...order)
        .limit(page.limit),
    counts: (now_ms: number) =>
      db
        .select(
          countColumns(
            sql`(${apiKey.revoked_at_ms} is null and (${apiKey.expires_at_ms} is null or ${apiKey.expires_at_ms} > ${now_ms}))`,
          ),
        )
        .from(apiKey)
        .where(own),
    /** The first revocation stands. */
    revoke: (id: string, at_ms: number) =>
      db
        .update(apiKey)
        .set({ revoked_at_ms: at_ms })
        .where(and(one(id), isNull(apiKey.revoked_at_ms))),
    revokeOfTill: (till: string, at_ms: number) =>
      db
        .update(apiKey)
        .set({ revoked_at_ms: at_ms })
        .where(and(own, eq(apiKey.till, till), isNull(apiKey.revoked_at_ms))),
    expire: (id: string, expires_at_ms: number) => db.update(apiKey).set({ expires_at_ms }).where(one(id)),
    /** The successor that a key was rolled to. */
    successors: (id: string) =>
      db
        .select()
        .from(apiKey)
        .where(and(own, eq(apiKey.replaces, id)))
        .limit(1),
  };
}

const order = [asc(apiKey.created_at_ms), asc(apiKey.id)];

function isAfter(cursor: ApiKeyCursor | null) {
  if (cursor === null) return undefined;
  return sql`(${apiKey.created_at_ms}, ${apiKey.id}) > (${cursor.created_at_ms}, ${cursor.id})`;
}
