import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { callObject, ObjectUnavailableError } from "../../../src/durable/shared/call.ts";

/** What the runtime throws: an error with flags as properties. */
function platformError(flags: { retryable?: boolean; overloaded?: boolean; remote?: boolean }): Error {
  return Object.assign(new Error("from the platform"), flags);
}

/** Calls an object whose attempts end as listed; `null` is success. Answers what came of it. */
async function run(ends: readonly (Error | null)[], random = 0) {
  const stubs: number[] = [];
  const slept_ms: number[] = [];
  const deps = {
    sleep: (ms: number) => {
      slept_ms.push(ms);
      return Promise.resolve();
    },
    random: () => random,
  };
  const outcome = await callObject(
    () => stubs.push(stubs.length),
    (stub) => {
      const end = ends[stub - 1];
      return end === null ? Promise.resolve("done") : Promise.reject(end ?? new Error("too many attempts"));
    },
    deps,
  ).catch((error: unknown) => error);
  return { outcome, attempts: stubs.length, slept_ms };
}

const retryable = platformError({ retryable: true });

describe("a call to an object", () => {
  test("that succeeds is made once", async () => {
    expect(await run([null])).toEqual({ outcome: "done", attempts: 1, slept_ms: [] });
  });

  test("is retried with a new stub and growing waits while the failure is retryable", async () => {
    expect(await run([retryable, retryable, null])).toEqual({ outcome: "done", attempts: 3, slept_ms: [50, 100] });
  });

  test("waits at most twice as long as at least", async () => {
    const { slept_ms } = await run([retryable, retryable, null], 0.999);
    expect(slept_ms.map(Math.round)).toEqual([100, 200]);
  });

  test("gives up after three attempts", async () => {
    const { outcome, attempts } = await run([retryable, retryable, retryable, null]);
    expect(attempts).toBe(3);
    expect(outcome).toBeInstanceOf(ObjectUnavailableError);
    expect(outcome).toMatchObject({ overloaded: false, retryAfterSeconds: 1, cause: retryable });
  });

  test("is never retried when the object is overloaded, even if that is marked retryable", async () => {
    const overloaded = platformError({ overloaded: true, retryable: true });
    const { outcome, attempts } = await run([overloaded, null]);
    expect(attempts).toBe(1);
    expect(outcome).toMatchObject({ name: "ObjectUnavailableError", overloaded: true, retryAfterSeconds: 5 });
  });

  test("of a method that the object's release does not have yet: to be tried again later", async () => {
    const stub = env.MEMBER_ACCOUNT.getByName("live:e0000000:member:m000000000000000");
    const unknown: unknown = Reflect.get(stub, "ofTheNextRelease");
    if (typeof unknown !== "function") throw new Error("a stub has every method");
    const outcome = await callObject(
      () => stub,
      () => Reflect.apply(unknown, stub, []),
    ).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ name: "ObjectUnavailableError", overloaded: false });
  });

  test("passes a bug in the object on as it is", async () => {
    const bug = platformError({ remote: true });
    expect(await run([bug, null])).toEqual({ outcome: bug, attempts: 1, slept_ms: [] });
  });
});
