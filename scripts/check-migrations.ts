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
  const number = String(index).padStart(4, "0");
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

  const rows = db
    .prepare(
      `WITH tables AS (SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%')

       SELECT t.name || '.' || c.name || ' ' || lower(c.type)
         || iif(c."notnull" OR c.pk, ' not null', '') || iif(c.pk, ' key ' || c.pk, '')
         || coalesce(' default ' || c.dflt_value, '') AS line
       FROM tables t, pragma_table_info(t.name) c

       UNION ALL
       SELECT t.name || ' references ' || f."table"
         || ' (' || group_concat(f."from" || '=' || f."to", ', ' ORDER BY f.seq) || ') on delete ' || f.on_delete
       FROM tables t, pragma_foreign_key_list(t.name) f GROUP BY t.name, f.id

       UNION ALL
       SELECT iif(i."unique", 'unique ', '') || 'index ' || iif(i.origin = 'c', i.name || ' ', '')
         || 'on ' || t.name || ' (' || group_concat(coalesce(k.name, 'expression'), ', ' ORDER BY k.seqno) || ')'
       FROM tables t, pragma_index_list(t.name) i, pragma_index_info(i.name) k
       WHERE i.origin <> 'pk' GROUP BY t.name, i.name`,
    )
    .all();
  db.close();
  return new Set(rows.map((row) => String(row["line"])));
}
