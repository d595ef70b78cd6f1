import { and, asc, eq, isNull, ne, sql } from "drizzle-orm";
import type { RoleAt } from "../../domain/tenancy/actor.ts";
import type { Database } from "../database.ts";
import { staff } from "../schema/staff.ts";
import { staffRole } from "../schema/staff-role.ts";

export function staffRoleRepository(db: Database, tenant: string) {
  const own = eq(staffRole.merchant, tenant);
  return {
    all: () =>
      db
        .select()
        .from(staffRole)
        .where(own)
        .orderBy(...order),
    of: (person: string) =>
      db
        .select()
        .from(staffRole)
        .where(and(own, eq(staffRole.staff, person)))
        .orderBy(...order),
    /** Owners besides one person: the last one must not leave. */
    ownersBesides: (person: string) =>
      db
        .select({ staff: staffRole.staff })
        .from(staffRole)
        .innerJoin(staff, and(eq(staff.merchant, tenant), eq(staff.id, staffRole.staff), isNull(staff.archived_at_ms)))
        .where(and(own, eq(staffRole.role, "owner"), ne(staffRole.staff, person)))
        .limit(1),
    insert: (person: string, roles: readonly RoleAt[]) =>
      db
        .insert(staffRole)
        .select(
          sql`select ${tenant}, ${person}, value ->> 'location', value ->> 'role' from json_each(${JSON.stringify(roles)})`,
        ),
    removeAll: (person: string) => db.delete(staffRole).where(and(own, eq(staffRole.staff, person))),
  };
}

const order = [asc(staffRole.staff), asc(staffRole.location)];
