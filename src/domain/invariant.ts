/** A broken invariant is a bug of ours, never the caller's fault. It is logged with the request id and answered with a fixed text. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Throws {@link InvariantError} unless the condition holds. The message names what should have been true. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Marks a branch that the types make unreachable; a new member of a union then fails to compile here. */
export function assertNever(value: never, what: string): never {
  throw new InvariantError(`unexpected ${what}: ${JSON.stringify(value)}`);
}
