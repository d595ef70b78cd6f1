import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { findBreak, genesisHash } from "../../../src/domain/ledger/chain.ts";
import { sha256 } from "../../../src/durable/member-account/ledger.ts";
import { accountMigrations } from "../../../src/durable/member-account/migrations.ts";
import { runMigrations } from "../../../src/durable/shared/run-migrations.ts";
import { openAccount, sale, sha256Hex, type TestAccount, unopenedAccount } from "../../support/workerd/account.ts";

/** SHA-256 of each released step. Add a line for a new one; a line here never changes. */
const RELEASED: readonly (readonly [number, string])[] = [
  [1, "30d2684a1cbb0dc5569f05356a0bd75286d3b2266363210589a0628232baccf3"],
];

const SCHEMA = `CREATE TABLE _migrations (id INTEGER PRIMARY KEY, applied_at_ms INTEGER NOT NULL) STRICT
CREATE TABLE booking ( seq INTEGER PRIMARY KEY, idem TEXT, nat TEXT, body TEXT NOT NULL, hash BLOB NOT NULL, note TEXT, checkpoint TEXT ) STRICT
CREATE UNIQUE INDEX booking_idem ON booking (idem) WHERE idem IS NOT NULL
CREATE UNIQUE INDEX booking_nat ON booking (nat) WHERE nat IS NOT NULL`;

test("released steps have not been edited", () => {
  expect(
    accountMigrations.map(({ id, sql }) => [id, sha256Hex(sql.replaceAll(/\s+/g, " ").trim())]),
    "Accounts in the field have run these steps. Undo the edit and add a step; then add its line to RELEASED.",
  ).toEqual(RELEASED);
});

test("a fresh account has the schema that is written down here", async () => {
  const account = await openAccount();

  expect(
    await schemaOf(account),
    "The account's schema has changed. If a step was added on purpose, and only adds, write the new schema down here.",
  ).toBe(SCHEMA);
});

test("waking up runs no step twice", async () => {
  const account = await openAccount();
  const before = await appliedTo(account);
  expect(before).toEqual(accountMigrations.map(({ id }) => id));

  await account.evict();
  await account.view();
  const again = await account.inside((storage) => runMigrations(storage, accountMigrations, { now_ms: Date.now() }));

  expect(again).toBe(0);
  expect(await appliedTo(account)).toEqual(before);
  expect(await schemaOf(account)).toBe(SCHEMA);
});

test.for(accountMigrations.map(({ id }) => id))(
  "rows of version %i keep their bodies, keys and hashes",
  async (upTo) => {
    const source = await openAccount();
    const command = sale();
    const first = await source.book(command, { key: "k1", note: { reason: "koud" } });
    for (let index = 0; index < 40; index += 1) await source.book(sale());
    const rows = await source.inside(({ sql }) =>
      sql.exec<Row>(`SELECT ${COLUMNS} FROM booking ORDER BY seq`).toArray(),
    );

    // The same account as an object that was last awake under the old version.
    await source.inside((storage) => {
      storage.sql.exec("DROP TABLE booking; DROP TABLE _migrations");
      runMigrations(storage, accountMigrations, { now_ms: 0, upTo });
      for (const row of rows) {
        storage.sql.exec(`INSERT INTO booking (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`, ...Object.values(row));
      }
    });
    await source.evict();

    expect(await source.send(command, { key: "k1", note: { reason: "koud" } })).toEqual({
      ok: true,
      replayed: true,
      view: first,
    });
    expect(
      await source.inside(({ sql }) => sql.exec<Row>(`SELECT ${COLUMNS} FROM booking ORDER BY seq`).toArray()),
    ).toEqual(rows);
    await source.book(sale());
    const chain = (await source.chainRows()).map(({ hash_hex, ...row }) => ({
      ...row,
      hash: Buffer.from(hash_hex, "hex"),
    }));
    expect(findBreak(sha256, { seq: 0, hash: genesisHash(sha256, source.name) }, chain)).toBe(null);
    expect(await schemaOf(source)).toBe(SCHEMA);
  },
);

test("an account of a newer release refuses to run rather than guess", async () => {
  const account = await openAccount();

  const failure = await account.inside((storage) => {
    storage.sql.exec("INSERT INTO _migrations (id, applied_at_ms) VALUES (9999, 0)");
    try {
      return runMigrations(storage, accountMigrations, { now_ms: 0 });
    } catch (error) {
      return String(error);
    }
  });

  expect(failure).toContain("steps were removed");
});

test("an object that was never opened has no schema", async () => {
  expect(await schemaOf(unopenedAccount())).toBe("");
});

/** The columns of version 1, which every later version still has. */
const COLUMNS = "seq, idem, nat, body, hash, note, checkpoint";
type Row = Record<"seq" | "idem" | "nat" | "body" | "hash" | "note" | "checkpoint", SqlStorageValue>;

function appliedTo(account: TestAccount): Promise<number[]> {
  return account.inside(({ sql }) =>
    sql
      .exec<{ id: number }>("SELECT id FROM _migrations ORDER BY id")
      .toArray()
      .map(({ id }) => id),
  );
}

/** The schema as SQLite keeps it, one statement a line; the runtime's own tables begin with _cf. */
function schemaOf(account: TestAccount): Promise<string> {
  return account.inside(({ sql }) =>
    sql
      .exec<{ sql: string }>(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name",
      )
      .toArray()
      .map((row) => row.sql.replaceAll(/\s+/g, " "))
      .join("\n"),
  );
}
