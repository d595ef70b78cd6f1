import { invariant } from "../../domain/invariant.ts";

/** One step of an object's schema. Once released it is never edited, moved or removed: objects in the field have run it. */
export interface Migration {
  /** Ascending along the list, starting anywhere above 0. */
  readonly id: number;
  /** One or more statements. Keep to additions: for minutes after a deploy old code may run on the new schema. */
  readonly sql: string;
}

export interface RunOptions {
  readonly now_ms: number;
  /** For tests: stop after the step with this id, to fill a schema of the past with rows. */
  readonly upTo?: number;
}

type MigrationStorage = Pick<DurableObjectStorage, "sql" | "transactionSync">;

const MIGRATIONS_TABLE = "_migrations";

/**
 * Whether migrations have ever been run in this object. Reads only: an object that a wrong id woke must not come into
 * existence by being asked.
 */
export function hasSchema(sql: SqlStorage): boolean {
  const found = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", MIGRATIONS_TABLE).toArray();
  return found.length > 0;
}

/**
 * Brings the object's schema up to date; costs one SELECT when it is. Each step commits together with the row that
 * records it. Answers how many steps ran.
 *
 * @throws InvariantError when the list is not a continuation of what this object has already run
 */
export function runMigrations(
  storage: MigrationStorage,
  migrations: readonly Migration[],
  options: RunOptions,
): number {
  assertAscending(migrations);
  // Writes no row when the table is there.
  storage.sql.exec(
    `CREATE TABLE IF NOT EXISTS ${MIGRATIONS_TABLE} (id INTEGER PRIMARY KEY, applied_at_ms INTEGER NOT NULL) STRICT`,
  );
  const applied = storage.sql.exec<{ id: number }>(`SELECT id FROM ${MIGRATIONS_TABLE} ORDER BY id`).toArray();
  assertContinues(
    applied.map((row) => row.id),
    migrations,
  );
  const due = migrations.slice(applied.length).filter(({ id }) => options.upTo === undefined || id <= options.upTo);
  for (const { id, sql } of due) {
    storage.transactionSync(() => {
      storage.sql.exec(sql);
      storage.sql.exec(`INSERT INTO ${MIGRATIONS_TABLE} (id, applied_at_ms) VALUES (?, ?)`, id, options.now_ms);
    });
  }
  return due.length;
}

function assertAscending(migrations: readonly Migration[]): void {
  let previous = 0;
  for (const { id } of migrations) {
    invariant(Number.isSafeInteger(id) && id > previous, `migration ids must ascend: ${id} after ${previous}`);
    previous = id;
  }
}

function assertContinues(applied: readonly number[], migrations: readonly Migration[]): void {
  invariant(
    applied.length <= migrations.length,
    `this object has run ${applied.length} migrations but the list has ${migrations.length}: steps were removed`,
  );
  applied.forEach((id, index) => {
    invariant(
      migrations[index]?.id === id,
      `this object has run migration ${id} where the list has ${migrations[index]?.id}: steps were reordered`,
    );
  });
}
