import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { location } from "../schema/location.ts";
import { countColumns } from "./counts.ts";

export type NewLocation = Omit<typeof location.$inferInsert, "merchant">;
export type LocationChange = Partial<Pick<NewLocation, "name" | "country" | "timezone" | "opening_hours">>;

export function locationRepository(db: Database, tenant: string) {
  const own = eq(location.merchant, tenant);
  const one = (id: string) => and(own, eq(location.id, id));
  return {
    insert: (row: NewLocation) => db.insert(location).values({ ...row, merchant: tenant }),
    get: (id: string) => db.select().from(location).where(one(id)).limit(1),
    active: () =>
      db
        .select()
        .from(location)
        .where(and(own, isNull(location.archived_at_ms)))
        .orderBy(...order),
    all: () =>
      db
        .select()
        .from(location)
        .where(own)
        .orderBy(...order),
    counts: () =>
      db
        .select(countColumns(sql`${location.archived_at_ms} is null`))
        .from(location)
        .where(own),
    update: (id: string, change: LocationChange) => db.update(location).set(change).where(one(id)),
    archive: (id: string, at_ms: number) => db.update(location).set({ archived_at_ms: at_ms }).where(one(id)),
  };
}

const order = [asc(location.created_at_ms), asc(location.id)];
