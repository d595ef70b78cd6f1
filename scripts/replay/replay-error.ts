/** A reason to stop that one line explains. The exit code says whose move it is: 2 the input, 1 the run, 130 Ctrl-C. */
export class ReplayError extends Error {
  override readonly name = "ReplayError";
  readonly exitCode: 1 | 2 | 130;

  constructor(message: string, exitCode: 1 | 2 | 130) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Something the person who typed the command must change. */
export function badInput(message: string): ReplayError {
  return new ReplayError(message, 2);
}

/** The run could not go on; what was done stays done, and the same command goes on from there. */
export function stopped(message: string): ReplayError {
  return new ReplayError(message, 1);
}

/** What a thrown value says, its cause included: `fetch` hides the reason of a failure there. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : null;
  if (cause === null) return error.message;
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  return cause.message === "" ? error.message : cause.message;
}
