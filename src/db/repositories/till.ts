import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { till } from "../schema/till.ts";
import { countColumns } from "./counts.ts";

export type NewTill = Omit<typeof till.$inferInsert, "merchant">;

export function tillRepository(db: Database, tenant: string) {
  const own = eq(till.merchant, tenant);
  const one = (id: string) => and(own, eq(till.id, id));
  const active = and(own, isNull(till.archived_at_ms));
  return {
    insert: (row: NewTill) => db.insert(till).values({ ...row, merchant: tenant }),
    get: (id: string) => db.select().from(till).where(one(id)).limit(1),
    active: () =>
      db
        .select()
        .from(till)
        .where(active)
        .orderBy(...order),
    activeAt: (location: string) =>
      db
        .select()
        .from(till)
        .where(and(active, eq(till.location, location)))
        .orderBy(...order),
    all: () =>
      db
        .select()
        .from(till)
        .where(own)
        .orderBy(...order),
    counts: () =>
      db
        .select(countColumns(sql`${till.archived_at_ms} is null`))
        .from(till)
        .where(own),
    rename: (id: string, name: string) => db.update(till).set({ name }).where(one(id)),
    archive: (id: string, at_ms: number) => db.update(till).set({ archived_at_ms: at_ms }).where(one(id)),
  };
}

const order = [asc(till.created_at_ms), asc(till.id)];
