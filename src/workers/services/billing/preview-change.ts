import type { Stripe } from "stripe";
import type { z } from "zod";
import { changeMoment, priceOf, sameSelection } from "../../../domain/billing/selection.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { changedItems } from "./change-items.ts";
import type { BillingContext } from "./context.ts";
import { excessLocations } from "./freeze.ts";
import { type Living, livingOf, withBilling } from "./open.ts";
import type { BillingRefusal } from "./refusal.ts";
import { selectionInput } from "./schemas.ts";

/** One line of what a change costs at once. Minor units, excluding VAT; negative gives back. */
export interface PreviewLine {
  readonly description: string;
  readonly amount: number;
}

/** What a change would do. Amounts in minor units. */
export interface ChangePreview {
  readonly when: "now" | "period_end";
  readonly effective_at_ms: number;
  readonly lines: readonly PreviewLine[];
  /** What is charged at once, including VAT; 0 when nothing is. */
  readonly due_now: number;
  readonly tax_now: number;
  /** What every later period costs, excluding VAT. */
  readonly each_period: number;
  /** So many locations must be named to be frozen. */
  readonly freeze_count: number;
  /** To be sent along with the change: the amounts are those of this instant. */
  readonly proration_at_ms: number;
}

type Wanted = z.output<typeof selectionInput>;

/** Tells what a change does and costs, with the proration as Stripe computes it. Nothing is changed. */
export function previewChange(ctx: BillingContext, given: unknown): Promise<Result<ChangePreview, BillingRefusal>> {
  return withBilling<typeof selectionInput, ChangePreview>(
    ctx,
    selectionInput,
    given,
    async ({ ctx: opened, input, row }) => {
      const living = livingOf(row);
      if (!living.ok) return living;
      const { subscription } = living.value;
      const planned = subscription.next?.selection ?? subscription.selection;
      if (sameSelection(planned, input)) return fail({ code: "plan_unchanged" });
      const moment = changeMoment(subscription.selection, input);
      const proration_at_ms = Math.floor(ctx.ports.now_ms() / 1000) * 1000;
      const common = {
        each_period: priceOf(input),
        freeze_count: await excessLocations(opened, input),
        proration_at_ms,
      };
      if (moment !== "now") {
        const free = { lines: [], due_now: 0, tax_now: 0 };
        const effective_at_ms = moment === "unchanged" ? proration_at_ms : subscription.period_end_ms;
        return ok({ when: moment === "unchanged" ? "now" : "period_end", effective_at_ms, ...free, ...common });
      }
      const costs = await costsNow(opened.stripe, living.value, input, proration_at_ms);
      return ok({ when: "now", effective_at_ms: proration_at_ms, ...costs, ...common });
    },
  );
}

async function costsNow(stripe: Stripe, { id, customer }: Living, wanted: Wanted, at_ms: number) {
  const items = await changedItems(stripe, await stripe.subscriptions.retrieve(id), wanted);
  const invoice = await stripe.invoices.createPreview({
    customer,
    subscription: id,
    subscription_details: { items: [...items], ...prorated(at_ms) },
  });
  return {
    lines: invoice.lines.data.map(({ description, amount }) => ({ description: description ?? "", amount })),
    due_now: Math.max(0, invoice.amount_due),
    tax_now: (invoice.total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0),
  };
}

/** The difference is charged at once, as of an instant. */
export function prorated(at_ms: number): {
  readonly proration_behavior: "always_invoice";
  readonly proration_date: number;
} {
  return { proration_behavior: "always_invoice", proration_date: Math.floor(at_ms / 1000) };
}
