import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Miniflare } from "miniflare";
import { damaged } from "./state-dir.ts";
import { clause, messageOf, Problem } from "./problem.ts";

type D1 = Awaited<ReturnType<Miniflare["getD1Database"]>>;

/** wrangler's own bookkeeping, so that `npm run db:migrate` and this agree on what has been applied. */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

export interface MigrateRequest {
  readonly db: D1;
  readonly folder: string;
  readonly state: string;
  /** wrangler's splitter of SQL files into statements. */
  readonly split: (sql: string) => string[];
}

/**
 * Applies the migrations that the database lacks, each in one transaction. Answers how many.
 *
 * @throws Problem when a migration fails or the database cannot be read
 */
export async function migrateD1({ db, folder, state, split }: MigrateRequest): Promise<number> {
  const known = await appliedNames(db, state);
  const due = migrationFiles(folder).filter((name) => !known.has(name));
  for (const name of due) {
    const statements = split(readFileSync(join(folder, name), "utf8")).map((sql) => db.prepare(sql));
    try {
      await db.batch([...statements, db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name)]);
    } catch (error) {
      throw new Problem(`Migration ${name} fails on the data in ${state}: ${clause(messageOf(error))}.`);
    }
  }
  return due.length;
}

async function appliedNames(db: D1, state: string): Promise<ReadonlySet<string>> {
  try {
    await db.prepare(CREATE_TABLE).run();
    const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
    return new Set(results.map((row) => row.name));
  } catch (error) {
    throw damaged(state, clause(messageOf(error)));
  }
}

function migrationFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".sql"))
      .sort();
  } catch {
    throw new Problem(`The folder ${folder} is missing: restore it, for example with \`git checkout -- migrations\`.`);
  }
}
