import { accessSync, closeSync, constants, existsSync, globSync, mkdirSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { codeOf, firstLine, messageOf, Problem } from "./problem.ts";
import { readJson } from "./json-file.ts";

/** What `npm start` keeps under its state directory. Only these are removed by `--reset`. */
const CONTENTS = ["v3", "bundle", "logs", "demo.json", "secrets.json", "server.json", "worker.log"];
/** D1, and the registries. */
const KEYSTONES = ["v3/d1/*", "v3/do/stempel-MerchantRegistry"];
const SQLITE_MAGIC = "SQLite format 3\0";

/** The state directory, ours alone until it is released. */
export interface StateDir {
  readonly path: string;
  readonly release: () => void;
}

/**
 * Creates the directory when it is absent and takes its lock: two runtimes on the same files would break them. The lock
 * is SQLite's, so the system lets go of it however the process ends.
 *
 * @throws Problem when it is not writable, or another process has it
 */
export function openState(path: string): StateDir {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Problem(
      `Cannot write to ${path} (${codeOf(error) ?? "unknown"}): mend its permissions, or choose another with --state DIR.`,
    );
  }
  const lock = takeLock(path);
  return { path, release: () => lock.close() };
}

function takeLock(path: string): DatabaseSync {
  const file = join(path, "lock.sqlite");
  try {
    const lock = new DatabaseSync(file);
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    if (error instanceof Error && error.message.includes("locked")) throw new Problem(alreadyRunning(path));
    throw new Problem(`Cannot lock ${file}: delete it, or choose another state directory with --state DIR.`);
  }
}

function alreadyRunning(path: string): string {
  const { url, pid } = readJson(join(path, "server.json")) ?? {};
  const where = typeof url === "string" && typeof pid === "number" ? ` on ${url} (process ${pid})` : "";
  return `Stempel already runs on the data in ${path}${where}: use that one, stop it, or choose another with --state DIR.`;
}

/** Forgets all data. Nothing else that may lie in the directory is touched. */
export function resetState(path: string): void {
  for (const name of CONTENTS) rmSync(join(path, name), { recursive: true, force: true });
}

/** Whether a platform has run here before. */
export function hasData(path: string): boolean {
  return existsSync(join(path, "v3"));
}

/**
 * Looks at the head of every database file, and reads the few that everything else depends on in full: so that a
 * damaged one is named before the runtime trips over it.
 *
 * @throws Problem that names the first damaged file
 */
export function checkDatabases(path: string): void {
  for (const file of globSync(join(path, "v3/**/*.sqlite"))) {
    if (!hasHead(file)) throw damaged(path, `${file} is no database`);
  }
  for (const file of globSync(KEYSTONES.map((folder) => join(path, folder, "*.sqlite")))) {
    const found = quickCheck(file);
    if (found !== "ok") throw damaged(path, `${file}: ${firstLine(found)}`);
  }
}

function hasHead(file: string): boolean {
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  const handle = openSync(file, "r");
  const length = readSync(handle, head);
  closeSync(handle);
  // A file without a byte is a database that nothing was written to yet.
  return length === 0 || head.toString("latin1") === SQLITE_MAGIC;
}

function quickCheck(file: string): string {
  try {
    const db = new DatabaseSync(file, { readOnly: true });
    try {
      return String(db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"]);
    } finally {
      db.close();
    }
  } catch (error) {
    return messageOf(error);
  }
}

export function damaged(path: string, what: string): Problem {
  return new Problem(
    `The data in ${path} are damaged (${what}): restore them, or start over with \`npm start -- --reset\`.`,
  );
}
