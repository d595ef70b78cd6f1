import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/**
 * What an account's store needs of an object's storage, on Node's own SQLite: real SQL, real unique keys and real
 * transactions without a runtime around them, so that thousands of ledgers can be lived through in a minute.
 */
export function sqliteStorage(): DurableObjectStorage {
  const db = new DatabaseSync(":memory:");
  const statements = new Map<string, StatementSync>();
  const values = new Map<string, unknown>();
  const storage = {
    kv: {
      get: (key: string) => values.get(key),
      put: (key: string, value: unknown) => values.set(key, value),
      delete: (key: string) => values.delete(key),
    },
    sql: { exec: (query: string, ...bindings: SQLInputValue[]) => execute(db, statements, query, bindings) },
    transactionSync<Value>(run: () => Value): Value {
      db.exec("SAVEPOINT step");
      try {
        const value = run();
        db.exec("RELEASE step");
        return value;
      } catch (error) {
        db.exec("ROLLBACK TO step; RELEASE step");
        throw error;
      }
    },
  };
  assertStorage(storage);
  return storage;
}

function execute(db: DatabaseSync, statements: Map<string, StatementSync>, query: string, values: SQLInputValue[]) {
  // Schemas come as several statements at once and carry no values.
  if (values.length === 0 && /^\s*CREATE/.test(query)) {
    db.exec(query);
    return { toArray: () => [] };
  }
  const statement = statements.get(query) ?? db.prepare(query);
  statements.set(query, statement);
  const rows = statement.all(...values);
  return { toArray: () => rows };
}

/** The few members that the store uses are there; nothing else may be asked of it. */
function assertStorage(value: object): asserts value is DurableObjectStorage {
  if (!("sql" in value && "transactionSync" in value)) throw new Error("not a storage");
}
