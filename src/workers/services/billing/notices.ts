import type { BillingRow } from "../../../db/schema/billing.ts";
import { entitlements } from "../../../domain/billing/entitlements.ts";
import { describeBilling } from "../../../domain/billing/describe.ts";
import { isEnded } from "../../../domain/billing/phase.ts";
import type { AlertLevel } from "../../../domain/billing/usage.ts";
import type { MailContent } from "../../mail/mail.ts";
import { type BillingCore, stateOf } from "./context.ts";

type Notice = Extract<MailContent, { readonly template: "billing" }>["data"]["notice"];

/** What an owner is told by mail, and what makes it the same mail when it is asked for again. */
interface Occasion {
  readonly notice: Notice;
  /** Part of the mail's key. */
  readonly once: string;
}

/** Tells the owners what has changed. A mail that cannot be queued stops nothing: what it says stands in the billing API. */
export async function tellChanges(core: BillingCore, before: BillingRow, after: BillingRow): Promise<void> {
  for (const occasion of changesBetween(before, after)) await tellOwners(core, after, occasion);
}

/** The alert of a month, once per level. */
export function tellUsage(core: BillingCore, row: BillingRow, month: string, level: AlertLevel): Promise<void> {
  return tellOwners(core, row, { notice: level === 80 ? "usage_80" : "usage_100", once: month });
}

function changesBetween(before: BillingRow, after: BillingRow): readonly Occasion[] {
  const fresh = after.demands.filter(
    ({ id, state }) => !before.demands.some((known) => known.id === id && known.state === state),
  );
  const demands = fresh.flatMap(({ id, state }): Occasion[] =>
    state === "processing" ? [] : [{ notice: state, once: id }],
  );
  const ended = !isEnded(before.subscription) && isEnded(after.subscription);
  return ended ? [...demands, { notice: "ended", once: before.stripe_subscription ?? "" }] : demands;
}

async function tellOwners(core: BillingCore, row: BillingRow, { notice, once }: Occasion): Promise<void> {
  const { tenant, ports, mail, origin } = core;
  try {
    const [[merchant], people, roles] = await tenant.batch([
      tenant.merchant.get(),
      tenant.staff.active(),
      tenant.staffRoles.all(),
    ]);
    if (merchant === undefined) return;
    const owners = people.filter(({ id }) => roles.some(({ staff, role }) => staff === id && role === "owner"));
    const now_ms = ports.now_ms();
    const state = stateOf(row);
    const story = describeBilling(state, entitlements(state, row.usage, now_ms), now_ms, merchant);
    for (const { id, email } of owners) {
      if (email === null) continue;
      const data = { merchant: merchant.name, notice, headline: story.headline, billing_url: `${origin}/app/billing` };
      const key = `billing:${merchant.locator}:${notice}:${once}:${id}`;
      await mail.send({ to: email, locale: merchant.locale, key, template: "billing", data });
    }
  } catch (error) {
    const kind = error instanceof Error ? error.name : "unknown";
    ports.log({ event: "billing_notice_failed", merchant: tenant.locator, notice, error: kind });
  }
}
