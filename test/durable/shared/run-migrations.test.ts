import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { randomUUID } from "node:crypto";
import { expect, test, vi } from "vitest";
import { hasSchema, type Migration, runMigrations } from "../../../src/durable/shared/run-migrations.ts";

const LIST: readonly Migration[] = [
  { id: 1, sql: "CREATE TABLE card (id INTEGER PRIMARY KEY, stamps INTEGER NOT NULL) STRICT" },
  { id: 2, sql: "ALTER TABLE card ADD COLUMN note TEXT; CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT" },
  { id: 5, sql: "UPDATE card SET note = 'had ' || stamps" },
];
const NOW_MS = 1_700_000_000_000;

/** Runs a test on the storage of an object that has none yet. */
function inFreshObject(run: (storage: DurableObjectStorage) => void): Promise<void> {
  const stub = env.MERCHANT_REGISTRY.getByName(randomUUID());
  return runInDurableObject(stub, (_instance, { storage }) => run(storage));
}

function migrate(storage: DurableObjectStorage, list = LIST, upTo?: number): number {
  return runMigrations(storage, list, upTo === undefined ? { now_ms: NOW_MS } : { now_ms: NOW_MS, upTo });
}

function applied(storage: DurableObjectStorage): unknown[] {
  return [...storage.sql.exec("SELECT id, applied_at_ms FROM _migrations ORDER BY id").raw()];
}

test("a fresh object runs every step once", () =>
  inFreshObject((storage) => {
    expect(hasSchema(storage.sql)).toBe(false);
    expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name = '_migrations'").toArray()).toEqual([]);

    expect(migrate(storage)).toBe(3);
    expect(hasSchema(storage.sql)).toBe(true);
    expect(applied(storage)).toEqual([
      [1, NOW_MS],
      [2, NOW_MS],
      [5, NOW_MS],
    ]);
    expect(migrate(storage)).toBe(0);
  }));

test.each([1, 2, 3, 4])("rows written at version %i survive the way to the last", (upTo) =>
  inFreshObject((storage) => {
    migrate(storage, LIST, upTo);
    storage.sql.exec("INSERT INTO card (id, stamps) VALUES (1, 7)");

    migrate(storage);

    expect([...storage.sql.exec("SELECT id, stamps, note FROM card").raw()]).toEqual([[1, 7, "had 7"]]);
    expect(applied(storage)).toHaveLength(3);
  }),
);

test("a step that fails leaves nothing behind, and what came before stays", () =>
  inFreshObject((storage) => {
    const broken = [...LIST.slice(0, 1), { id: 2, sql: "CREATE TABLE half (id INTEGER); SELECT nonsense" }];

    expect(() => migrate(storage, broken)).toThrow("nonsense");

    expect(applied(storage)).toEqual([[1, NOW_MS]]);
    expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'half'").toArray()).toEqual([]);
    expect(migrate(storage)).toBe(2);
  }));

test.each([
  ["shortened", LIST.slice(0, 2), "steps were removed"],
  ["emptied", [], "steps were removed"],
  [
    "changed in the middle",
    [
      { id: 1, sql: "" },
      { id: 3, sql: "" },
      { id: 5, sql: "" },
    ],
    "steps were reordered",
  ],
  [
    "given a step before those that ran",
    [
      { id: 1, sql: "" },
      { id: 2, sql: "" },
      { id: 4, sql: "" },
      { id: 5, sql: "" },
    ],
    "steps were reordered",
  ],
  [
    "reordered",
    [
      { id: 2, sql: "" },
      { id: 1, sql: "" },
    ],
    "must ascend",
  ],
  ["numbered from zero", [{ id: 0, sql: "" }], "must ascend"],
])("a list that was %s is refused", (_what, list, message) =>
  inFreshObject((storage) => {
    migrate(storage);
    expect(() => migrate(storage, list)).toThrow(message);
  }),
);

test("an object that is current costs one SELECT and writes nothing", () =>
  inFreshObject((storage) => {
    migrate(storage);
    const exec = storage.sql.exec.bind(storage.sql);
    const statements: { query: string; rowsWritten: number }[] = [];
    const spy = vi.spyOn(storage.sql, "exec").mockImplementation((query, ...bindings) => {
      const cursor = exec<never>(query, ...bindings);
      statements.push({ query, rowsWritten: cursor.rowsWritten });
      return cursor;
    });

    expect(migrate(storage)).toBe(0);

    spy.mockRestore();
    expect(statements.map(({ query }) => query.slice(0, 26))).toEqual([
      "CREATE TABLE IF NOT EXISTS",
      "SELECT id FROM _migrations",
    ]);
    expect(statements.map(({ rowsWritten }) => rowsWritten)).toEqual([0, 0]);
  }));
