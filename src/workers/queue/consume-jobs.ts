import { inBatches } from "../cron/in-batches.ts";
import { jobHandlers } from "./handlers/all.ts";
import { type Delivery, envelope, type JobHandler, jobKey, type JobPorts, type Outcome } from "./job.ts";
import { isLastAttempt, retryDelay } from "./retry-delays.ts";

/** A Worker holds six connections at a time, and each mail takes one. */
const PARALLEL = 4;

/**
 * Handles a batch, each message for itself: one that fails is not waited for by the others, and comes again alone. What
 * cannot be handled goes to the dead letters, with a row in D1 that says why.
 */
export async function consumeJobs(
  batch: MessageBatch,
  ports: JobPorts,
  handlers: readonly JobHandler[] = jobHandlers,
): Promise<void> {
  await inBatches(batch.messages, PARALLEL, (message) => consumeJob(message, ports, handlers));
}

async function consumeJob(message: Message, ports: JobPorts, handlers: readonly JobHandler[]): Promise<void> {
  const facts = factsOf(message);
  const outcome = await outcomeOf(message, facts, ports, handlers);
  if (outcome.kind === "done") {
    message.ack();
    return;
  }
  if (outcome.kind === "retry" && !facts.isLast) {
    const delaySeconds = outcome.delay_seconds ?? retryDelay(facts.attempt);
    ports.log({ event: "job_retry", ...logged(facts), reason: outcome.reason, delay_seconds: delaySeconds });
    message.retry({ delaySeconds });
    return;
  }
  await bury(message, facts, outcome.reason, ports);
}

interface Facts extends Delivery {
  readonly type: string;
  readonly v: number | null;
  readonly key: string | null;
  readonly queued_at_ms: number;
}

function factsOf({ id, attempts, timestamp, body }: Message): Facts {
  const delivery = { id, attempt: attempts, isLast: isLastAttempt(attempts), queued_at_ms: timestamp.getTime() };
  const said = envelope.safeParse(body);
  if (!said.success) return { ...delivery, type: "unknown", v: null, key: null };
  const key = jobKey.safeParse(said.data["key"]);
  return { ...delivery, type: said.data.type, v: said.data.v, key: key.success ? key.data : null };
}

async function outcomeOf(
  { body }: Message,
  facts: Facts,
  ports: JobPorts,
  handlers: readonly JobHandler[],
): Promise<Outcome> {
  if (facts.v === null) return { kind: "dead", reason: "malformed_message" };
  const ofType = handlers.filter(({ type }) => type === facts.type);
  const handler = ofType.find(({ v }) => v === facts.v);
  if (handler === undefined) return { kind: "dead", reason: ofType.length === 0 ? "unknown_type" : "unknown_version" };
  try {
    return await handler.run(ports, body, facts);
  } catch (error) {
    // Neither the message of the error nor of the queue is logged: both may hold an address.
    ports.log({ event: "job_crashed", ...logged(facts), error: nameOf(error), where: placeOf(error) });
    return { kind: "retry", reason: "crashed" };
  }
}

/** Records first, which may be repeated; a message that cannot be buried comes again, or the platform buries it. */
async function bury(message: Message, facts: Facts, reason: string, ports: JobPorts): Promise<void> {
  const { id, type, v, key, attempt, queued_at_ms } = facts;
  try {
    const row = { id, type, version: v, key, reason, attempts: attempt, queued_at_ms, dead_at_ms: ports.now_ms() };
    await ports.jobs.batch([ports.jobs.recordDead(row)]);
    await ports.bury(message.body);
    ports.log({ event: "job_dead", ...logged(facts), reason });
    message.ack();
  } catch (error) {
    ports.log({ event: "job_not_buried", ...logged(facts), reason, error: nameOf(error) });
    message.retry({ delaySeconds: retryDelay(attempt) });
  }
}

function logged({ id, type, v, key, attempt }: Facts) {
  return { message: id, type, v, key, attempt };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** The innermost line of the stack, without the message that stands before it. */
function placeOf(error: unknown): string | null {
  const lines = error instanceof Error ? (error.stack ?? "").split("\n") : [];
  return lines.find((line) => /^\s+at /.test(line))?.trim() ?? null;
}
