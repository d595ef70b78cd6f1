/** Attempts per call, the first included. */
const ATTEMPTS = 3;
const BACKOFF_BASE_MS = 100;
const RETRY_AFTER_SECONDS = 1;
/** An overloaded object sheds load; callers that come straight back would keep it so. */
const RETRY_AFTER_OVERLOADED_SECONDS = 5;

/** An object could not be reached. Whether the command took effect is unknown: repeat it under the same key. */
export class ObjectUnavailableError extends Error {
  override readonly name = "ObjectUnavailableError";
  readonly overloaded: boolean;
  /** What to tell the client to wait. */
  readonly retryAfterSeconds: number;

  constructor(overloaded: boolean, cause: unknown) {
    super(overloaded ? "the object is overloaded" : "the object is unavailable", { cause });
    this.overloaded = overloaded;
    this.retryAfterSeconds = overloaded ? RETRY_AFTER_OVERLOADED_SECONDS : RETRY_AFTER_SECONDS;
  }
}

export interface CallDeps {
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

const runtime: CallDeps = {
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
};

/**
 * Calls an object and retries what the platform calls retryable (a deploy, a lost connection): at most three attempts with
 * jittered backoff. Each attempt takes a new stub, because one that threw stays broken. Commands must be idempotent: an
 * attempt that failed may have committed.
 *
 * @throws ObjectUnavailableError when the last attempt failed, or the object is overloaded (never retried)
 * @throws the object's own error, unchanged, when it is a bug in it
 */
export async function callObject<Stub, Answer>(
  newStub: () => Stub,
  call: (stub: Stub) => Answer,
  deps: CallDeps = runtime,
): Promise<Awaited<Answer>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call(newStub());
    } catch (error) {
      if (hasFlag(error, "overloaded")) throw new ObjectUnavailableError(true, error);
      if (isOfEarlierRelease(error)) throw new ObjectUnavailableError(false, error);
      if (!hasFlag(error, "retryable")) throw error;
      if (attempt === ATTEMPTS) throw new ObjectUnavailableError(false, error);
    }
    // Between half and all of 100 ms, 200 ms, …: retries of many callers spread out.
    await deps.sleep(BACKOFF_BASE_MS * 2 ** (attempt - 1) * (0.5 + deps.random() / 2));
  }
}

/** While a deploy mixes releases an object may not know a method yet. The next attempt may find it renewed. */
function isOfEarlierRelease(error: unknown): boolean {
  return error instanceof TypeError && error.message.includes("RPC receiver does not implement");
}

/** The runtime marks its own errors with properties that are true or absent. */
function hasFlag(error: unknown, flag: "overloaded" | "retryable"): boolean {
  return typeof error === "object" && error !== null && Reflect.get(error, flag) === true;
}
