import type { CronContext } from "./context.ts";

/** A used or expired pairing code is told apart from a wrong one for so long. */
const PAIRING_CODES_KEPT_MS = 24 * 3_600_000;

/** Removes sessions, codes and counters that have run out. They are refused by their dates already. */
export async function sweepLogin({ system, ports }: CronContext): Promise<void> {
  const now_ms = ports.now_ms();
  await system.batch([
    system.sweepSessions(now_ms),
    system.sweepVerifications(now_ms),
    system.sweepRateWindows(now_ms),
    system.sweepPairingCodes(now_ms - PAIRING_CODES_KEPT_MS),
  ]);
}
