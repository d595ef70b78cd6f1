import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { openDatabase } from "../../../src/db/database.ts";
import { jobDb } from "../../../src/db/job-db.ts";
import { masterKeys } from "../../../src/durable/shared/master-keys.ts";
import type { Mail } from "../../../src/workers/mail/mail.ts";
import { sealMail } from "../../../src/workers/mail/mail-message.ts";
import type { RenderedMail } from "../../../src/workers/mail/senders/sender.ts";
import { consumeJobs } from "../../../src/workers/queue/consume-jobs.ts";
import type { JobPorts } from "../../../src/workers/queue/job.ts";
import type { LogEvent } from "../../../src/workers/services/context.ts";

export const keys = masterKeys(env.STEMPEL_MASTER_KEYS);
export const START_MS = Date.UTC(2026, 10, 21, 12, 0);

let made = 0;

/** A mail with a code, under a key of its own. */
export function codeMail(changes: Partial<Pick<Mail, "to" | "locale" | "key">> = {}): Mail {
  made += 1;
  return {
    to: "anna@example.com",
    locale: "nl",
    key: `code:${made}`,
    template: "code",
    data: { code: "482913", expires_minutes: 10 },
    ...changes,
  };
}

/** A queue and its surroundings, with a sender that can be told to fail. */
export function testQueue() {
  const sent: RenderedMail[] = [];
  const buried: unknown[] = [];
  const logged: LogEvent[] = [];
  const jobs = jobDb(openDatabase(env.DB));
  const clock = { now_ms: START_MS };
  const carrier = { send: async (mail: RenderedMail): Promise<void> => void sent.push(mail) };
  const dead = { bury: async (body: unknown): Promise<void> => void buried.push(body) };
  const ports: JobPorts = {
    now_ms: () => clock.now_ms,
    log: (event) => void logged.push(event),
    jobs,
    keys: () => keys,
    mailer: () => ({ send: (mail) => carrier.send(mail) }),
    bury: (body) => dead.bury(body),
  };
  return {
    sent,
    buried,
    logged,
    jobs,
    clock,
    carrier,
    dead,
    ports,
    seal: (mail: Mail) => sealMail(keys, mail, clock.now_ms),
    logRow: async (key: string) => {
      const [[row]] = await jobs.batch([jobs.mail(key)]);
      return row;
    },
    deliver: async (...deliveries: readonly TestDelivery[]) => outcomeOf(deliveries, ports),
  };
}

export interface TestDelivery {
  readonly body: unknown;
  readonly id?: string;
  readonly attempts?: number;
}

/** Ids of messages that are done with, and seconds until the others come again. */
async function outcomeOf(deliveries: readonly TestDelivery[], ports: JobPorts) {
  const messages = deliveries.map(({ body, id = crypto.randomUUID(), attempts = 1 }) => ({
    id,
    attempts,
    body,
    timestamp: new Date(START_MS),
  }));
  const batch = createMessageBatch("stempel-jobs", messages);
  // The result says which messages come again, and leaves out when.
  const retries = batch.messages.map((message) => ({ id: message.id, spy: vi.spyOn(message, "retry") }));
  await consumeJobs(batch, ports);
  const { explicitAcks } = await getQueueResult(batch, createExecutionContext());
  return {
    acked: explicitAcks,
    retried: Object.fromEntries(
      retries.flatMap(({ id, spy }) => spy.mock.calls.map(([options]) => [id, options?.delaySeconds])),
    ),
  };
}
