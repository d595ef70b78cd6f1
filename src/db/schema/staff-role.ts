import { foreignKey, index, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Role } from "../../domain/tenancy/actor.ts";
import { location } from "./location.ts";
import { staff } from "./staff.ts";

/** What a person is at one location. */
export const staffRole = sqliteTable(
  "staff_role",
  {
    merchant: text().notNull(),
    staff: text().notNull(),
    location: text().notNull(),
    role: text().$type<Role>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.merchant, table.staff, table.location] }),
    foreignKey({ columns: [table.merchant, table.staff], foreignColumns: [staff.merchant, staff.id] }),
    foreignKey({ columns: [table.merchant, table.location], foreignColumns: [location.merchant, location.id] }),
    index("staff_role_location").on(table.merchant, table.location),
  ],
);

export type StaffRoleRow = typeof staffRole.$inferSelect;
