import type { BillingRow, UsageCount } from "../../../db/schema/billing.ts";
import { entitlements } from "../../../domain/billing/entitlements.ts";
import { alertsAt, monthsAt } from "../../../domain/billing/usage.ts";
import { ok } from "../../../domain/result.ts";
import { changeConfig } from "../change.ts";
import { type BillingCore, stateOf } from "./context.ts";
import { tellUsage } from "./notices.ts";
import { usageAfter } from "./usage-state.ts";

/** Counts this month and the last, in the merchant's time zone, from what the ledgers have booked. Writes nothing. */
export async function countMembers(
  { tenant, counter, ports }: Pick<BillingCore, "tenant" | "counter" | "ports">,
  timezone: string,
): Promise<UsageCount> {
  const now_ms = ports.now_ms();
  const { current, last } = monthsAt(now_ms, timezone);
  const live = { mode: "live", merchant: tenant.locator } as const;
  const [active_members, active_members_last_month] = await Promise.all([
    counter.activeMembers(live, current.from_ms, current.to_ms),
    counter.activeMembers(live, last.from_ms, last.to_ms),
  ]);
  return { month: current.label, active_members, active_members_last_month, counted_at_ms: now_ms };
}

/** So long a count is good enough to be shown. */
const COUNT_FRESH_MS = 15 * 60_000;

/** What was counted a moment ago, else what is counted now: for a large merchant that takes a second. */
export async function recentCount(
  core: Pick<BillingCore, "tenant" | "counter" | "ports">,
  { counts }: BillingRow,
  timezone: string,
): Promise<UsageCount> {
  const now_ms = core.ports.now_ms();
  const isFresh = counts !== null && now_ms - counts.counted_at_ms < COUNT_FRESH_MS;
  if (isFresh && counts.month === monthsAt(now_ms, timezone).current.label) return counts;
  const counted = await countMembers(core, timezone);
  await core.tenant.batch([core.tenant.billing.update({ counts: counted })]);
  return counted;
}

/** Counts what is used, begins or ends the grace of a limit that is exceeded, and tells the owners at 80 and 100 %. */
export async function countUsage(core: BillingCore): Promise<BillingRow | null> {
  const { tenant, ports } = core;
  const [[merchant], [row]] = await tenant.batch([tenant.merchant.get(), tenant.billing.get()]);
  if (merchant === undefined || row === undefined) return null;
  const counts = await countMembers(core, merchant.timezone);
  await tenant.batch([tenant.billing.update({ counts })]);
  const changed = await changeConfig<BillingRow, never>(
    core,
    async () => {
      const [[fresh], locations] = await tenant.batch([tenant.billing.get(), tenant.locations.active()]);
      const known = fresh ?? row;
      const usage = usageAfter(known, stateOf(known), locations, ports.now_ms());
      const isSame = JSON.stringify(usage) === JSON.stringify(known.usage);
      return ok({ value: { ...known, usage }, statements: isSame ? [] : [tenant.billing.update({ usage })] });
    },
    { whateverStatus: true },
  );
  const after = changed.ok ? changed.value : row;
  await tellLevels(core, after, counts);
  return after;
}

async function tellLevels(core: BillingCore, row: BillingRow, { month, active_members }: UsageCount): Promise<void> {
  const { limits } = entitlements(stateOf(row), row.usage, core.ports.now_ms());
  // Only the highest: whoever goes from little to too much in a day gets one mail.
  const level = alertsAt(active_members, limits.active_members).at(-1);
  if (level !== undefined) await tellUsage(core, row, month, level);
}
