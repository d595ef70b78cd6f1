import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { relative } from "node:path";

// The D1 migrations are numbered without a gap, named NNNN_verb_noun.sql, and lead to the schema in src/db/schema.
const sqlFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();

const problems: string[] = [];
const committed = sqlFiles("migrations");
const first = Number(committed[0]?.slice(0, 4) ?? 0);

for (const [index, name] of committed.entries()) {
  if (!/^\d{4}_[a-z0-9]+(_[a-z0-9]+)+\.sql$/.test(name))
    problems.push(`migrations/${name}: name it NNNN_verb_noun.sql`);
  if (Number(name.slice(0, 4)) !== first + index)
    problems.push(`migrations/${name}: the numbers have a gap or a double`);
}

// drizzle-kit compares the schema with the last snapshot; on a copy, so that a check never writes into the tree.
mkdirSync("node_modules/.cache", { recursive: true });
const copy = mkdtempSync("node_modules/.cache/migrations-");
try {
  cpSync("migrations", copy, { recursive: true });
  execFileSync(
    "drizzle-kit",
    ["generate", "--dialect=sqlite", "--schema=./src/db/schema/*.ts", `--out=./${relative(".", copy)}`],
    { stdio: ["ignore", "pipe", "inherit"], timeout: 60_000 },
  );
  const extra = sqlFiles(copy).filter((name) => !committed.includes(name));
  if (extra.length > 0) {
    problems.push("src/db/schema has changes without a migration: run `npm run db:generate -- --name=verb_noun`");
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
