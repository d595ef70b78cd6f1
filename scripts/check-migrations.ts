import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

// The D1 migrations are numbered without a gap, named NNNN_verb_noun.sql, and lead to the tables that src/db/schema
// describes. Both are built in memory and compared: columns, keys, references and indexes. STRICT, CHECK, triggers and the
// condition of a partial index exist in the migrations only, so they are not compared.
const problems: string[] = [];

const names = readdirSync("migrations")
  .filter((name) => name.endsWith(".sql"))
  .sort();
for (const [index, name] of names.entries()) {
  const number = String(index + 1).padStart(4, "0");
  if (!/^\d{4}(_[a-z0-9]+){2,}\.sql$/.test(name)) problems.push(`migrations/${name}: name it NNNN_verb_noun.sql`);
  if (!name.startsWith(number)) problems.push(`migrations/${name}: this should be number ${number}`);
}

const migrated = describe(names.map((name) => readFileSync(`migrations/${name}`, "utf8")));
const wanted = describe([execFileSync("drizzle-kit", ["export", "--sql"], { encoding: "utf8" })]);

for (const line of wanted) if (!migrated.has(line)) problems.push(`in src/db/schema, not in migrations: ${line}`);
for (const line of migrated) if (!wanted.has(line)) problems.push(`in migrations, not in src/db/schema: ${line}`);

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** One line for each column, reference and index. */
function describe(scripts: string[]): Set<string> {
  const db = new DatabaseSync(":memory:");
  for (const script of scripts) db.exec(script);
  const all = (sql: string, ...values: string[]): Record<string, unknown>[] => db.prepare(sql).all(...values);
  const lines = new Set<string>();

  for (const { name } of all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")) {
    const table = String(name);
    for (const column of all("SELECT * FROM pragma_table_info(?)", table)) {
      const notNull = column["notnull"] === 1 || column["pk"] !== 0 ? " not null" : "";
      const key = column["pk"] === 0 ? "" : ` key ${column["pk"]}`;
      const byDefault = column["dflt_value"] === null ? "" : ` default ${column["dflt_value"]}`;
      lines.add(`${table}.${column["name"]} ${String(column["type"]).toLowerCase()}${notNull}${key}${byDefault}`);
    }
    for (const reference of all(
      `SELECT "table", group_concat("from" || '=' || "to", ', ') AS pairs, on_delete
       FROM (SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq) GROUP BY id`,
      table,
    )) {
      lines.add(
        `${table} references ${reference["table"]} (${reference["pairs"]}) on delete ${reference["on_delete"]}`,
      );
    }
    for (const index of all("SELECT * FROM pragma_index_list(?) WHERE origin <> 'pk'", table)) {
      const columns = all("SELECT name FROM pragma_index_info(?)", String(index["name"])).map((row) => row["name"]);
      const unique = index["unique"] === 1 ? "unique " : "";
      const indexName = index["origin"] === "u" ? "" : ` ${index["name"]}`;
      lines.add(`${unique}index${indexName} on ${table} (${columns.join(", ")})`);
    }
  }
  db.close();
  return lines;
}
