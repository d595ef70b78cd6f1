import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { expect, test } from "vitest";
import { z } from "zod";
import { consumeJobs } from "../../../src/workers/queue/consume-jobs.ts";
import { jobHandler } from "../../../src/workers/queue/job.ts";
import { isLastAttempt, RETRY_DELAYS_S, retryDelay } from "../../../src/workers/queue/retry-delays.ts";
import { codeMail, testQueue } from "../mail/support.ts";

test("the platform tries as often as there are delays", () => {
  const [wranglerToml] = Object.values(
    import.meta.glob("../../../wrangler.toml", { query: "?raw", import: "default", eager: true }),
  );
  expect(wranglerToml).toMatch(new RegExp(`^max_retries = ${RETRY_DELAYS_S.length}\\b`, "m"));
  expect([1, 2, RETRY_DELAYS_S.length, 99].map(retryDelay)).toEqual([5, 30, 14_400, 14_400]);
  expect([RETRY_DELAYS_S.length, RETRY_DELAYS_S.length + 1].map(isLastAttempt)).toEqual([false, true]);
});

test.each([
  ["a text", "hello", "malformed_message"],
  ["nothing", null, "malformed_message"],
  ["no type", { v: 1 }, "malformed_message"],
  ["a type that could be anything", { type: "anna@example.com", v: 1 }, "malformed_message"],
  ["an unknown type", { type: "parrot", v: 1 }, "unknown_type"],
  ["a version to come", { type: "mail", v: 2, key: "code:1", sealed: "m1.AAAA" }, "unknown_version"],
  ["a body that does not fit", { type: "mail", v: 1, key: "code:1" }, "malformed_body"],
])("poison is buried and holds up nobody: %s", async (what, body, reason) => {
  const queue = testQueue();
  const outcome = await queue.deliver({ id: what, body }, { id: `after ${what}`, body: queue.seal(codeMail()) });
  expect(outcome).toEqual({ acked: expect.arrayContaining([what, `after ${what}`]), retried: {} });
  expect(queue.sent).toHaveLength(1);
  expect(queue.buried).toEqual([body]);
  const [rows] = await queue.jobs.batch([queue.jobs.deadLetters(100)]);
  expect(rows.find(({ id }) => id === what)?.reason).toBe(reason);
  expect(JSON.stringify([rows, queue.logged])).not.toContain("anna");
});

test("what cannot be buried comes again, and is recorded once", async () => {
  const queue = testQueue();
  const { bury } = queue.dead;
  queue.dead.bury = async () => {
    throw new Error("the queue is away");
  };
  expect(await queue.deliver({ id: "stubborn", body: 1 })).toEqual({ acked: [], retried: { stubborn: 5 } });
  queue.dead.bury = bury;
  expect(await queue.deliver({ id: "stubborn", body: 1, attempts: 2 })).toEqual({ acked: ["stubborn"], retried: {} });
  const [rows] = await queue.jobs.batch([queue.jobs.deadLetters(100)]);
  expect(rows.filter(({ id }) => id === "stubborn")).toHaveLength(1);
});

test("another type of message is one more handler", async () => {
  const seen: unknown[] = [];
  const schema = z.strictObject({ type: z.literal("note"), v: z.literal(3), words: z.string() });
  const handler = jobHandler({
    type: "note",
    v: 3,
    schema,
    run: async (_ports, { words }, { attempt, isLast }) => {
      seen.push({ words, attempt, isLast });
      return { kind: "done" };
    },
  });
  const body = { type: "note", v: 3, words: "hi" };
  const batch = createMessageBatch("stempel-jobs", [{ id: "n", attempts: 2, timestamp: new Date(), body }]);
  await consumeJobs(batch, testQueue().ports, [handler]);
  expect((await getQueueResult(batch, createExecutionContext())).explicitAcks).toEqual(["n"]);
  expect(seen).toEqual([{ words: "hi", attempt: 2, isLast: false }]);
});
