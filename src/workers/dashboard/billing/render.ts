import type { z } from "zod";
import type * as wire from "../../../contract/dashboard-v1/billing.ts";
import { ADD_ONS, CURRENCY, MEMBER_BLOCK, PLAN_IDS, PLANS } from "../../../domain/billing/plans.ts";
import type { SubscriptionState } from "../../../domain/billing/state.ts";
import type { BilledInvoice, InvoicePage } from "../../services/billing/list-invoices.ts";
import type { ChangePreview } from "../../services/billing/preview-change.ts";
import type { BillingView } from "../../services/billing/read.ts";
import type { StartedCheckout } from "../../services/billing/start-checkout.ts";
import { at, atOrNull } from "../render.ts";

function euro(amount: number) {
  return { amount, currency: CURRENCY };
}

export function renderPlans(): z.infer<typeof wire.planList> {
  const { location, members } = ADD_ONS;
  return {
    data: PLAN_IDS.map((id) => {
      const { name, price, locations, active_members, features } = PLANS[id];
      const [month, year] = price === null ? [null, null] : [euro(price.month), euro(price.year)];
      return { object: "plan", id, name, month, year, locations, active_members, features: [...features] };
    }),
    extra_location: { month: euro(location.price.month), year: euro(location.price.year) },
    member_block: { members: MEMBER_BLOCK, month: euro(members.price.month), year: euro(members.price.year) },
  };
}

export function renderBilling(view: BillingView): z.infer<typeof wire.billing> {
  const { row, merchant, entitled, story, counts, locations, frozen, alerts } = view;
  const { trial_ends_at_ms, subscription, demands, details } = row;
  return {
    object: "billing",
    phase: entitled.phase,
    headline: story.headline,
    detail: story.detail,
    next: story.next.map(({ at_ms, text }) => ({ at: at(at_ms), text })),
    plan: entitled.plan,
    features: [...entitled.features],
    access: entitled.access,
    new_members: entitled.new_members,
    trial_ends_at: atOrNull(trial_ends_at_ms),
    subscription: subscription === null ? null : renderSubscription(subscription),
    usage: {
      month: counts.month,
      active_members: counts.active_members,
      active_members_max: entitled.limits.active_members,
      locations,
      locations_max: entitled.limits.locations,
      alerts: [...alerts],
    },
    frozen_locations: [...frozen],
    open_payments: demands.map(({ state, amount, failed_at_ms }) => ({
      state,
      amount: euro(amount),
      failed_at: atOrNull(failed_at_ms),
    })),
    details: { legal_name: merchant.legal_name, ...details },
  };
}

function renderSubscription({ selection, period_end_ms, ends_at_ms, next }: SubscriptionState) {
  return {
    selection,
    period_ends_at: at(period_end_ms),
    ends_at: atOrNull(ends_at_ms),
    next: next === null ? null : { selection: next.selection, at: at(next.at_ms) },
  };
}

export function renderCheckout({ url, expires_at_ms, free_until_ms }: StartedCheckout): z.infer<typeof wire.checkout> {
  return { url, expires_at: at(expires_at_ms), free_until: atOrNull(free_until_ms) };
}

export function renderPreview(preview: ChangePreview): z.infer<typeof wire.changePreview> {
  return {
    object: "plan_change_preview",
    when: preview.when,
    effective_at: at(preview.effective_at_ms),
    lines: preview.lines.map(({ description, amount }) => ({ description, amount: euro(amount) })),
    due_now: euro(preview.due_now),
    tax_now: euro(preview.tax_now),
    each_period: euro(preview.each_period),
    freeze_count: preview.freeze_count,
    proration_at: at(preview.proration_at_ms),
  };
}

export function renderInvoices({ data, next }: InvoicePage): z.infer<typeof wire.invoiceList> {
  return { data: data.map(renderInvoice), next_cursor: next };
}

function renderInvoice(invoice: BilledInvoice): z.infer<typeof wire.invoice> {
  const { id, number, status, created_at_ms, total, tax, credited, currency, url, pdf_url } = invoice;
  const money = (amount: number) => ({ amount, currency });
  return {
    object: "invoice",
    id,
    number,
    status,
    created_at: at(created_at_ms),
    total: money(total),
    tax: money(tax),
    credited: money(credited),
    url,
    pdf_url,
  };
}
