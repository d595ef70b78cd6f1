import type { Migration } from "../shared/run-migrations.ts";

/**
 * The registry's schema. Append only. Personal data stand in columns that hold sealed values (AES-256-GCM) or keyed
 * digests, and in no other; WITHOUT ROWID where a text or blob key would otherwise cost a second row per write.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    sql: `
      CREATE TABLE config (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        version INTEGER NOT NULL,
        json TEXT NOT NULL,
        applied_at_ms INTEGER NOT NULL,
        clock_offset_ms INTEGER NOT NULL DEFAULT 0
      ) STRICT;

      CREATE TABLE program (
        version INTEGER PRIMARY KEY,
        effective_at_ms INTEGER NOT NULL,
        hash TEXT NOT NULL,
        json TEXT NOT NULL
      ) STRICT;

      -- An erased member stays as a tombstone: account and dates. Rows are never deleted, so seq is never used again.
      CREATE TABLE member (
        seq INTEGER PRIMARY KEY,
        account TEXT NOT NULL UNIQUE,
        created_at_ms INTEGER NOT NULL,
        updated_at_ms INTEGER NOT NULL,
        key_kid TEXT,
        data_key BLOB,
        name BLOB,
        email BLOB,
        phone BLOB,
        birthday BLOB,
        locale BLOB,
        external_id BLOB,
        metadata BLOB,
        erased_at_ms INTEGER,
        CHECK ((key_kid IS NULL) = (erased_at_ms IS NOT NULL)),
        CHECK ((data_key IS NULL) = (erased_at_ms IS NOT NULL))
      ) STRICT;

      -- Which account a phone number, e-mail address, external id or card number leads to. The sealed value is there for
      -- the export, and to compute the digest anew when the index key is rotated.
      CREATE TABLE identifier (
        kind TEXT NOT NULL,
        digest BLOB NOT NULL,
        kid TEXT NOT NULL,
        account TEXT NOT NULL,
        card_no INTEGER,
        sealed BLOB,
        PRIMARY KEY (kind, digest)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX identifier_by_account ON identifier (account);

      CREATE TABLE identifier_history (
        kind TEXT NOT NULL,
        digest BLOB NOT NULL,
        account TEXT NOT NULL,
        lost_at_ms INTEGER NOT NULL,
        PRIMARY KEY (kind, digest, account)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE consent (
        account TEXT NOT NULL,
        n INTEGER NOT NULL,
        sealed BLOB NOT NULL,
        PRIMARY KEY (account, n)
      ) STRICT, WITHOUT ROWID;

      -- Keyed digests of (scope, key) and of (operation, request), the account it was about, and the member as it was
      -- answered, sealed: a retry hears the same although the member has changed since.
      CREATE TABLE idempotency (
        digest BLOB PRIMARY KEY,
        kid TEXT NOT NULL,
        request_mac BLOB NOT NULL,
        account TEXT NOT NULL,
        answer BLOB,
        at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    id: 2,
    // Where a member went that is no more a member of its own: erasing that one forgets what hangs on this one too.
    // While a member is on its way, nobody goes up in it: two that went up in each other would both be gone.
    sql: `
      ALTER TABLE member ADD COLUMN merged_into TEXT;
      ALTER TABLE member ADD COLUMN merging_into TEXT;
      ALTER TABLE member ADD COLUMN merging_at_ms INTEGER;
    `,
  },
  {
    id: 3,
    // Promotions whose budget insights has seen used up, and how large it was: a larger one goes on.
    sql: `
      CREATE TABLE closed_budget (
        promotion TEXT PRIMARY KEY,
        max INTEGER NOT NULL,
        closed_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    id: 4,
    sql: `
      CREATE TABLE key_use (
        key TEXT PRIMARY KEY,
        at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
