import { validationProblem } from "../../http/problem.ts";

/** A place in a list, as the till carries it. Its content is ours to change. */
export function encodeCursor(...parts: readonly number[]): string {
  return btoa(parts.join(".")).replaceAll("=", "");
}

/** @throws ProblemError `validation_failed` for anything that {@link encodeCursor} did not make */
export function decodeCursor(cursor: string, length: number): number[] {
  const parts = tryDecode(cursor).split(".").map(Number);
  const valid = parts.length === length && parts.every((part) => Number.isSafeInteger(part) && part >= 0);
  if (valid && encodeCursor(...parts) === cursor) return parts;
  throw validationProblem([{ path: "cursor", message: "is not a next_cursor of this list" }]);
}

function tryDecode(cursor: string): string {
  try {
    return atob(cursor);
  } catch {
    return "x";
  }
}
