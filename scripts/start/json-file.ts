import { readFileSync, renameSync, writeFileSync } from "node:fs";

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object in a text of JSON; null for anything else. */
export function parseObject(text: string): JsonObject | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The value as an object whose fields are still to be checked; null when it is none. */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** The object in a JSON file; null when there is no such file or it holds something else. */
export function readJson(file: string): JsonObject | null {
  try {
    return parseObject(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** Writes for this user's eyes only, and all or nothing: a reader never finds half a file. */
export function writeJson(file: string, value: object): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
