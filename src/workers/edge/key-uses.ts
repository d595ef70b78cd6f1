import type { Tenant } from "../../domain/tenancy/merchant.ts";
import { servicePorts, tenantOpener } from "../ports.ts";
import { recordKeyUses } from "../services/key/record-uses.ts";

/**
 * How often an isolate notes that a key is in use. A write to D1 costs about what a sale may cost, so "last used" is
 * right to ten minutes: enough to find a key that nobody needs any more.
 */
export const NOTE_EVERY_MS = 10 * 60_000;
const KEYS_MAX = 5_000;

const noted = new Map<string, number>();

/** Whether this use is to be noted now; says so at most once per key and interval. */
export function isUseDue(key: string, now_ms: number): boolean {
  const last_ms = noted.get(key);
  if (last_ms !== undefined && now_ms - last_ms < NOTE_EVERY_MS) return false;
  if (noted.size >= KEYS_MAX) noted.clear();
  noted.set(key, now_ms);
  return true;
}

/** Writes the use to D1. For `waitUntil`: never on the path of a sale, and a failure is logged and forgotten. */
export async function noteUse(
  env: Env,
  { tenant, key, at_ms, request_id }: { tenant: Tenant; key: string; at_ms: number; request_id: string },
): Promise<void> {
  const ports = servicePorts(env);
  try {
    const ctx = {
      tenant: tenantOpener(env)(tenant.merchant),
      actor: { kind: "system", job: "key_uses" } as const,
      request_id,
      ports,
    };
    await recordKeyUses({ ctx, input: { uses: [{ id: key, at_ms }] } });
  } catch (error) {
    ports.log({ event: "key_use_not_noted", merchant: tenant.merchant, error: String(error) });
  }
}
