import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { merchant } from "./merchant.ts";

/** Who has had a trial: one row per verified e-mail address or business number, as a keyed digest. Never deleted. */
export const billingTrial = sqliteTable("billing_trial", {
  merchant: text()
    .notNull()
    .references(() => merchant.locator),
  claim: text().primaryKey(),
  claimed_at_ms: integer().notNull(),
});
