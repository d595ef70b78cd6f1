import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { merchant } from "./merchant.ts";

/** The programme an owner is working on: any JSON, checked when it is published. */
export const programDraft = sqliteTable("program_draft", {
  merchant: text()
    .primaryKey()
    .references(() => merchant.locator),
  revision: integer().notNull(),
  json: text().notNull(),
  updated_at_ms: integer().notNull(),
  updated_by: text().notNull(),
});

export type ProgramDraftRow = typeof programDraft.$inferSelect;
