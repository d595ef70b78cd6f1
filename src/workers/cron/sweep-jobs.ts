import type { CronContext } from "./context.ts";

const DAY_MS = 86_400_000;
/** Longer than a message may wait in any queue: only until then can the same mail be asked for again. */
const MAIL_LOG_DAYS = 30;
const DEAD_LETTER_DAYS = 90;
/** Stripe sends an event for three days at most; longer than that nobody asks whether it has come. */
const BILLING_EVENT_DAYS = 60;

/** Forgets mails that left long ago, and dead letters that nobody will look at any more. */
export async function sweepJobs({ system, ports }: CronContext): Promise<void> {
  const now_ms = ports.now_ms();
  await system.batch([
    system.sweepMailLog(now_ms - MAIL_LOG_DAYS * DAY_MS),
    system.sweepDeadLetters(now_ms - DEAD_LETTER_DAYS * DAY_MS),
    system.sweepBillingEvents(now_ms - BILLING_EVENT_DAYS * DAY_MS),
  ]);
}
