/** Something that the person at the terminal can mend: one line that says what is wrong and what to do. */
export class Problem extends Error {
  override readonly name = "Problem";
}

/** Says why a command ends, in one line. STEMPEL_DEBUG=1 adds the stack. */
export function reportFailure(error: unknown): void {
  if (process.env["STEMPEL_DEBUG"] !== undefined) console.error(error);
  else if (error instanceof Problem) console.error(error.message);
  else console.error(`Unexpected: ${clause(messageOf(error))} (STEMPEL_DEBUG=1 shows where).`);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}

/** The first line without its full stop, to stand inside another sentence. */
export function clause(text: string): string {
  return firstLine(text).replace(/\.+$/, "");
}

/** The code of a system or Node error, such as ENOENT; undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
