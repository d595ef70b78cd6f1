import type { Migration } from "../shared/run-migrations.ts";

/**
 * What outlives a rebuild: what people decided and did, and how far jobs are. What is projected from the accounts stands
 * in tables of its own per generation, see {@link generationTables}.
 */
export const insightsMigrations: readonly Migration[] = [
  {
    id: 1,
    sql: `
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

      -- The id is a digest of rule and subject, so that the same finding is the same flag in every generation.
      CREATE TABLE flag (
        id TEXT PRIMARY KEY,
        rule TEXT NOT NULL,
        state TEXT NOT NULL,
        opened_at_ms INTEGER NOT NULL,
        json TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Who did or saw what at the dashboard. Append only; place orders by time.
      CREATE TABLE audit (
        place INTEGER PRIMARY KEY,
        day TEXT NOT NULL,
        who TEXT NOT NULL,
        role TEXT NOT NULL,
        location TEXT,
        action TEXT NOT NULL,
        subject TEXT
      ) STRICT;
      CREATE INDEX audit_subject ON audit (subject) WHERE subject IS NOT NULL;
    `,
  },
  {
    id: 2,
    sql: `
      -- Bookings that are unusual by themselves, under the finding that they count for. Most bookings are not here.
      CREATE TABLE suspect (
        rule TEXT NOT NULL,
        subject TEXT NOT NULL,
        account TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (rule, subject, account, seq)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    id: 3,
    sql: `
      -- What promotions with a budget have given over all accounts, as far as bookings are in the roll-ups; what is behind
      -- them is added up from the bookings. Per generation.
      CREATE TABLE budget (
        generation INTEGER NOT NULL,
        promotion TEXT NOT NULL,
        used INTEGER NOT NULL,
        -- The most by the rules of the latest sale.
        max INTEGER NOT NULL,
        PRIMARY KEY (generation, promotion)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    id: 4,
    sql: `
      -- What members were promised and is handed over, not taken off a basket; by the booking that promised it. Per generation.
      CREATE TABLE hand_out (
        generation INTEGER NOT NULL,
        place INTEGER NOT NULL,
        item INTEGER NOT NULL,
        account TEXT NOT NULL,
        seq INTEGER NOT NULL,
        -- The issued reward, as its account calls it; NULL when a redemption asked for it by itself.
        issue TEXT,
        state TEXT NOT NULL,
        day TEXT NOT NULL,
        kind TEXT NOT NULL,
        hold INTEGER,
        promise TEXT NOT NULL,
        resolved TEXT,
        why TEXT,
        PRIMARY KEY (generation, place, item)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX hand_out_account ON hand_out (generation, account);
    `,
  },
];

/**
 * The tables of one generation. A projected sale writes its row and two index entries and nothing else: the index by
 * account is the cursor and the anchor of the account's chain, and roll-ups are folded once a day.
 */
export function generationTables(generation: number): string {
  return `
    -- place orders the feed by time. facts and basket are JSON; a basket goes after its time, the facts stay.
    CREATE TABLE booking_${generation} (
      place INTEGER PRIMARY KEY,
      account TEXT NOT NULL,
      seq INTEGER NOT NULL,
      hash BLOB NOT NULL,
      type TEXT NOT NULL,
      location TEXT,
      day TEXT NOT NULL,
      receipt TEXT,
      facts TEXT NOT NULL,
      basket TEXT
    ) STRICT;
    CREATE UNIQUE INDEX booking_${generation}_account ON booking_${generation} (account, seq);
    CREATE INDEX booking_${generation}_receipt ON booking_${generation} (receipt) WHERE receipt IS NOT NULL;

    -- Sales that were wholly taken back. They stand apart because a return may be seen before its sale.
    CREATE TABLE voided_${generation} (
      account TEXT NOT NULL,
      seq INTEGER NOT NULL,
      PRIMARY KEY (account, seq)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE day_${generation} (
      day TEXT NOT NULL,
      location TEXT NOT NULL,
      tally TEXT NOT NULL,
      PRIMARY KEY (day, location)
    ) STRICT, WITHOUT ROWID;
  `;
}

export function dropGenerationTables(generation: number): string {
  return `
    DROP TABLE IF EXISTS booking_${generation};
    DROP TABLE IF EXISTS voided_${generation};
    DROP TABLE IF EXISTS day_${generation};
    DELETE FROM budget WHERE generation = ${generation};
    DELETE FROM hand_out WHERE generation = ${generation};
  `;
}
