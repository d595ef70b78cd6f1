import { and, asc, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { listOf } from "../json-list.ts";
import { staff } from "../schema/staff.ts";
import { staffRole } from "../schema/staff-role.ts";
import { countColumns } from "./counts.ts";

export type NewStaff = Omit<typeof staff.$inferInsert, "merchant">;
export type StaffChange = Partial<Pick<NewStaff, "name" | "email" | "member_account" | "till_code">>;

export function staffRepository(db: Database, tenant: string) {
  const own = eq(staff.merchant, tenant);
  const one = (id: string) => and(own, eq(staff.id, id));
  const active = and(own, isNull(staff.archived_at_ms));
  const worksAt = (locations: readonly string[]) =>
    inArray(
      staff.id,
      db
        .select({ id: staffRole.staff })
        .from(staffRole)
        .where(and(eq(staffRole.merchant, tenant), sql`${staffRole.location} in ${listOf(locations)}`)),
    );
  return {
    insert: (row: NewStaff) => db.insert(staff).values({ ...row, merchant: tenant }),
    get: (id: string) => db.select().from(staff).where(one(id)).limit(1),
    byEmail: (email: string) =>
      db
        .select()
        .from(staff)
        .where(and(active, eq(staff.email, email)))
        .limit(1),
    /** The person that a signed-in user is here. */
    byUser: (user: string) =>
      db
        .select()
        .from(staff)
        .where(and(active, eq(staff.user, user)))
        .limit(1),
    active: () =>
      db
        .select()
        .from(staff)
        .where(active)
        .orderBy(...order),
    /** Those whose own card is known. */
    withOwnCard: () =>
      db
        .select()
        .from(staff)
        .where(and(active, isNotNull(staff.member_account)))
        .orderBy(...order),
    all: () =>
      db
        .select()
        .from(staff)
        .where(own)
        .orderBy(...order),
    /** Who has this PIN at any of the locations. */
    withPin: (pin_hash: string, locations: readonly string[]) =>
      db
        .select()
        .from(staff)
        .where(and(active, eq(staff.pin_hash, pin_hash), worksAt(locations))),
    /** Everyone with a PIN at a location. */
    withAnyPinAt: (location: string) =>
      db
        .select()
        .from(staff)
        .where(and(active, isNotNull(staff.pin_hash), worksAt([location]))),
    counts: () =>
      db
        .select(countColumns(sql`${staff.archived_at_ms} is null`))
        .from(staff)
        .where(own),
    update: (id: string, change: StaffChange) => db.update(staff).set(change).where(one(id)),
    setPin: (id: string, pin_hash: string | null) => db.update(staff).set({ pin_hash }).where(one(id)),
    archive: (id: string, at_ms: number) =>
      db.update(staff).set({ archived_at_ms: at_ms, pin_hash: null, email: null, user: null }).where(one(id)),
  };
}

const order = [asc(staff.created_at_ms), asc(staff.id)];
