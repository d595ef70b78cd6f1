import type { Migration } from "../shared/run-migrations.ts";

/**
 * The ledger's schema, append-only. One table: a sale writes its row and its two unique keys, three rows in all.
 * There is no other index, no balance row and no key table, because every one of them would be billed per sale.
 */
export const accountMigrations: readonly Migration[] = [
  {
    id: 1,
    sql: `
      CREATE TABLE booking (
        seq INTEGER PRIMARY KEY,
        idem TEXT,
        nat TEXT,
        body TEXT NOT NULL,
        hash BLOB NOT NULL,
        note TEXT,
        checkpoint TEXT
      ) STRICT;
      CREATE UNIQUE INDEX booking_idem ON booking (idem) WHERE idem IS NOT NULL;
      CREATE UNIQUE INDEX booking_nat ON booking (nat) WHERE nat IS NOT NULL;
    `,
  },
];
