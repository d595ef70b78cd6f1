import type { Migration } from "../shared/run-migrations.ts";

/** A guard watches receipts or stock, and uses one of the two tables. Each claim is one row, without any index. */
export const guardMigrations: readonly Migration[] = [
  {
    id: 1,
    sql: `
      -- Which account a receipt stands on, or is about to.
      CREATE TABLE receipt (
        receipt TEXT PRIMARY KEY,
        account TEXT NOT NULL,
        reserved_until_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- What of the stock is taken, by booking. A reservation counts until its time; a commitment counts for good.
      CREATE TABLE taken (
        booking TEXT PRIMARY KEY,
        quantity INTEGER NOT NULL CHECK (quantity > 0),
        -- NULL once it is committed.
        reserved_until_ms INTEGER
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
