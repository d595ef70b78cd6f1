import { beforeAll, describe, expect, test, vi } from "vitest";
import type { StripeDouble } from "../../../dev/stripe-double/double.ts";
import { entitlements } from "../../../src/domain/billing/entitlements.ts";
import { INTERVALS, type Interval, PAID_PLAN_IDS, type PaidPlanId, PLANS } from "../../../src/domain/billing/plans.ts";
import { applyChange } from "../../../src/workers/services/billing/apply-change.ts";
import { cancelSubscription, resumeSubscription } from "../../../src/workers/services/billing/cancel.ts";
import { stateOf } from "../../../src/workers/services/billing/context.ts";
import { countUsage } from "../../../src/workers/services/billing/count-usage.ts";
import { listInvoices } from "../../../src/workers/services/billing/list-invoices.ts";
import { previewChange } from "../../../src/workers/services/billing/preview-change.ts";
import { startCheckout } from "../../../src/workers/services/billing/start-checkout.ts";
import { NO_HINT, syncBilling } from "../../../src/workers/services/billing/sync.ts";
import { updateDetails } from "../../../src/workers/services/billing/update-details.ts";
import { createLocation } from "../../../src/workers/services/location/create.ts";
import { installStripe } from "../../support/workerd/stripe.ts";
import { value } from "../services/harness.ts";
import { type Billed, billed, DAY_MS, endTrial, sessionOf } from "./support.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let double: StripeDouble;
beforeAll(async () => {
  double = await installStripe();
});

async function sync({ ctx }: Billed, dispute: string | null = null): Promise<void> {
  if (ctx.stripe === null) throw new Error("no Stripe");
  value(await syncBilling({ ...ctx, stripe: ctx.stripe }, { ...NO_HINT, dispute }));
}

async function phase(merchant: Billed): Promise<string> {
  const row = await merchant.row();
  return entitlements(stateOf(row), row.usage, double.world.now * 1000).phase;
}

async function customer(merchant: Billed): Promise<string> {
  return (await merchant.row()).stripe_customer ?? "";
}

interface Wanted {
  readonly plan?: PaidPlanId;
  readonly interval?: Interval;
  readonly extra_locations?: number;
  readonly method?: "card" | "ideal" | "sepa_debit";
}

async function subscribed({
  plan = "plus",
  interval = "month",
  extra_locations = 0,
  method = "card",
}: Wanted = {}): Promise<Billed> {
  const merchant = await billed(double);
  await endTrial(merchant.locator);
  const { url } = value(await startCheckout(merchant.ctx, { plan, interval, extra_locations }));
  expect(double.pay(sessionOf(url), { method })).toBe(true);
  await sync(merchant);
  return merchant;
}

async function change(merchant: Billed, wanted: object): Promise<void> {
  const { proration_at_ms } = value(await previewChange(merchant.ctx, wanted));
  value(await applyChange(merchant.ctx, { ...wanted, proration_at_ms }));
}

const year = PAID_PLAN_IDS.flatMap((plan) => INTERVALS.map((interval) => [plan, interval] as const));

test.each(year)(
  "a year of %s paid by the %s: every invoice is right, and nothing is ever taken away",
  async (plan, interval) => {
    const merchant = await subscribed({ plan, interval });
    const price = PLANS[plan].price?.[interval] ?? 0;
    for (let quarter = 0; quarter < 4; quarter += 1) {
      expect(await phase(merchant)).toBe("active");
      double.advanceDays(91.5);
      await sync(merchant);
    }
    const { data } = value(await listInvoices(merchant.ctx, { limit: 100 }));
    const paid = interval === "month" ? 13 : 2;
    expect(data.filter(({ status }) => status === "paid").length).toBeGreaterThanOrEqual(paid - 1);
    expect(new Set(data.map(({ total, tax }) => `${total} ${tax}`))).toEqual(
      new Set([`${price + Math.round(price * 0.21)} ${Math.round(price * 0.21)}`]),
    );
    expect(merchant.mails).toEqual([]);
  },
);

describe("the trial", () => {
  test("that has two days or more goes on inside the subscription; what is shorter is charged now", async () => {
    const long = await billed(double);
    const free = value(await startCheckout(long.ctx, { plan: "shop", interval: "month" }));
    double.pay(sessionOf(free.url), { method: "card" });
    await sync(long);
    expect(await phase(long)).toBe("trialing");
    expect((await long.row()).subscription?.trial_ends_at_ms).toBe(Math.floor((free.free_until_ms ?? 0) / 1000) * 1000);

    const short = await billed(double);
    double.advanceDays(29);
    const charged = value(await startCheckout(short.ctx, { plan: "shop", interval: "month" }));
    expect(charged.free_until_ms).toBeNull();
    double.pay(sessionOf(charged.url));
    await sync(short);
    expect(await phase(short)).toBe("active");
    double.advanceDays(3);
    await sync(long);
    expect(await phase(long)).toBe("active");
  });

  test("ends at once for a business number that has had one", async () => {
    const [first, second] = [await billed(double), await billed(double)];
    await updateDetails(first.ctx, { business_number: "KVK 12 34 56 78" });
    expect(await phase(first)).toBe("trial");
    await updateDetails(second.ctx, { business_number: "kvk12345678" });
    expect(await phase(second)).toBe("start");
    expect(await phase(first)).toBe("trial");
  });
});

describe("a direct debit", () => {
  test("is neither paid nor past due while it is under way, and becomes a debt when it fails late", async () => {
    const merchant = await subscribed({ method: "ideal" });
    expect(await phase(merchant)).toBe("active");
    double.setScenario(await customer(merchant), "late_failure");
    double.advanceDays(31);
    await sync(merchant);
    expect(await phase(merchant)).toBe("processing");
    expect(merchant.mails).toEqual([]);

    double.advanceDays(5);
    await sync(merchant);
    expect(await phase(merchant)).toBe("past_due");
    expect(merchant.mails.map(({ template, data }) => [template, Reflect.get(data, "notice")])).toEqual([
      ["billing", "failed"],
    ]);
    const [demand] = (await merchant.row()).demands;
    double.payInvoice(demand?.id ?? "");
    double.advanceDays(6);
    await sync(merchant);
    expect(await phase(merchant)).toBe("past_due");
    double.setScenario(await customer(merchant), "succeeds");
    double.payInvoice(demand?.id ?? "");
    await sync(merchant);
    expect(await phase(merchant)).toBe("active");
  });

  test("for a first payment gives the plan at once", async () => {
    const merchant = await billed(double);
    await endTrial(merchant.locator);
    const { url } = value(await startCheckout(merchant.ctx, { plan: "pro", interval: "month" }));
    double.pay(sessionOf(url), { method: "sepa_debit", scenario: "late_success" });
    await sync(merchant);
    expect(await phase(merchant)).toBe("processing");
    double.advanceDays(6);
    await sync(merchant);
    expect(await phase(merchant)).toBe("active");
  });

  test("that is taken back after success opens the debt again until it is paid again", async () => {
    const merchant = await subscribed({ method: "ideal" });
    const dispute = double.dispute(await customer(merchant));
    await sync(merchant, dispute.id);
    expect(await phase(merchant)).toBe("past_due");
    const { data } = value(await listInvoices(merchant.ctx, {}));
    const [again, taken] = data;
    expect(again).toMatchObject({ status: "open", total: 4_719 });
    expect(taken).toMatchObject({ status: "paid", credited: 4_719 });

    double.setScenario(await customer(merchant), "succeeds");
    double.payInvoice(again?.id ?? "");
    await sync(merchant);
    expect(await phase(merchant)).toBe("active");
    // The event comes once more, late: nothing is opened anew.
    await sync(merchant, dispute.id);
    expect(await phase(merchant)).toBe("active");
    expect(value(await listInvoices(merchant.ctx, {})).data).toHaveLength(2);
    expect(merchant.mails.map(({ data: facts }) => Reflect.get(facts, "notice"))).toEqual(["disputed"]);
  });

  test("that is argued about is asked for again only when it is lost, and not when it is won", async () => {
    const merchant = await subscribed();
    const dispute = double.dispute(await customer(merchant));
    await sync(merchant, dispute.id);
    expect(await phase(merchant)).toBe("past_due");
    expect(value(await listInvoices(merchant.ctx, {})).data).toHaveLength(1);
    double.resolveDispute(dispute.id, "won");
    await sync(merchant);
    expect(await phase(merchant)).toBe("active");

    const second = await subscribed();
    const lost = double.dispute(await customer(second));
    await sync(second, lost.id);
    double.resolveDispute(lost.id, "lost");
    await sync(second);
    expect(await phase(second)).toBe("past_due");
    expect(value(await listInvoices(second.ctx, {})).data.map(({ status }) => status)).toEqual(["open", "paid"]);
  });

  test("that the bank asks about is confirmed on the invoice's page", async () => {
    const merchant = await subscribed();
    double.setScenario(await customer(merchant), "authenticate");
    double.advanceDays(31);
    await sync(merchant);
    const { demands } = await merchant.row();
    expect(demands).toMatchObject([{ state: "action_required" }]);
    double.payInvoice(demands[0]?.id ?? "");
    await sync(merchant);
    expect(await phase(merchant)).toBe("active");
  });
});

describe("a debt that stays", () => {
  test("takes redeeming away after its time, and paying brings everything back at once", async () => {
    const merchant = await subscribed();
    double.setScenario(await customer(merchant), "declined");
    double.advanceDays(31);
    await sync(merchant);
    const seen: string[] = [];
    for (const days of [0, 13, 2, 28, 2]) {
      double.advanceDays(days);
      await sync(merchant);
      seen.push(await phase(merchant));
    }
    expect(seen).toEqual(["past_due", "past_due", "redeem_only", "redeem_only", "read_only"]);
    double.setScenario(await customer(merchant), "succeeds");
    for (const { id } of (await merchant.row()).demands) double.payInvoice(id);
    await sync(merchant);
    expect(await phase(merchant)).toBe("active");
  });
});

describe("a change", () => {
  test("up counts at once, and costs what the preview said to the cent", async () => {
    const merchant = await subscribed({ plan: "shop" });
    double.advanceDays(10);
    const wanted = { plan: "pro", interval: "month", member_blocks: 2 };
    const preview = value(await previewChange(merchant.ctx, wanted));
    expect(preview).toMatchObject({ when: "now", freeze_count: 0, each_period: 8_900 + 2 * 500 });
    expect(preview.lines.some(({ amount }) => amount < 0)).toBe(true);
    double.advanceDays(5 / 1_440);
    value(await applyChange(merchant.ctx, { ...wanted, proration_at_ms: preview.proration_at_ms }));

    expect((await merchant.row()).subscription?.selection).toMatchObject({ plan: "pro", member_blocks: 2 });
    const { data } = value(await listInvoices(merchant.ctx, {}));
    expect(data[0]).toMatchObject({ status: "paid", total: preview.due_now, tax: preview.tax_now });
  });

  test("whose payment is refused changes nothing", async () => {
    const merchant = await subscribed({ plan: "shop" });
    double.setScenario(await customer(merchant), "declined");
    const wanted = { plan: "plus", interval: "month" };
    const { proration_at_ms } = value(await previewChange(merchant.ctx, wanted));
    expect(await applyChange(merchant.ctx, { ...wanted, proration_at_ms })).toMatchObject({
      ok: false,
      error: { code: "payment_refused" },
    });
    await sync(merchant);
    expect(await phase(merchant)).toBe("active");
    expect((await merchant.row()).subscription?.selection.plan).toBe("shop");
  });

  test("down waits for the end of the period, asks which locations to freeze, and can be dropped", async () => {
    const merchant = await subscribed({ plan: "plus" });
    for (const name of ["Markt", "Station"]) value(await createLocation({ ctx: merchant.ctx, input: { name } }));
    const wanted = { plan: "shop", interval: "month" };
    const preview = value(await previewChange(merchant.ctx, wanted));
    expect(preview).toMatchObject({ when: "period_end", due_now: 0, freeze_count: 2 });
    const { proration_at_ms } = preview;
    expect(await applyChange(merchant.ctx, { ...wanted, proration_at_ms })).toMatchObject({
      error: { code: "freeze_needed", count: 2 },
    });
    const [locations] = await merchant.ctx.tenant.batch([merchant.ctx.tenant.locations.active()]);
    const freeze = locations.slice(1).map(({ id }) => id);
    value(await applyChange(merchant.ctx, { ...wanted, proration_at_ms, freeze }));
    expect((await merchant.row()).subscription).toMatchObject({
      selection: { plan: "plus" },
      next: { selection: { plan: "shop" } },
    });

    double.advanceDays(32);
    await sync(merchant);
    const row = await merchant.row();
    expect(row.subscription).toMatchObject({ selection: { plan: "shop" }, next: null });
    expect(row.usage.freeze).toEqual(freeze);
    const { data } = value(await listInvoices(merchant.ctx, {}));
    expect(data[0]).toMatchObject({ total: 1_900 + 399, status: "paid" });
  });

  test("from month to year begins a year now, with what is left of the month taken off", async () => {
    const merchant = await subscribed({ plan: "plus" });
    double.advanceDays(15);
    const before = double.world.now;
    await change(merchant, { plan: "plus", interval: "year" });
    const { subscription } = await merchant.row();
    expect(subscription?.selection.interval).toBe("year");
    expect(((subscription?.period_end_ms ?? 0) / 1000 - before) / 86_400).toBeGreaterThan(364);
    const { data } = value(await listInvoices(merchant.ctx, {}));
    expect(data[0]?.total).toBeLessThan(39_000 * 1.21);
    expect(data[0]?.total).toBeGreaterThan(36_500 * 1.21);
  });
});

describe("cancelling", () => {
  test("at the period's end can be taken back, and ends on Start", async () => {
    const merchant = await subscribed();
    value(await cancelSubscription(merchant.ctx, { when: "period_end" }));
    expect(await phase(merchant)).toBe("ending");
    value(await resumeSubscription(merchant.ctx));
    expect(await phase(merchant)).toBe("active");
    value(await cancelSubscription(merchant.ctx, { when: "period_end" }));
    double.advanceDays(32);
    await sync(merchant);
    expect(await phase(merchant)).toBe("start");
    expect(merchant.mails.map(({ data }) => Reflect.get(data, "notice"))).toEqual(["ended"]);
  });

  test("a year with notice ends within a month, and the rest comes back by credit note, once", async () => {
    const merchant = await subscribed({ plan: "plus", interval: "year" });
    double.advanceDays(60);
    value(await cancelSubscription(merchant.ctx, { when: "notice" }));
    const ends_at_ms = (await merchant.row()).subscription?.ends_at_ms ?? 0;
    expect(ends_at_ms - double.world.now * 1000).toBeLessThanOrEqual(31 * DAY_MS);
    double.advanceDays(32);
    await sync(merchant);
    await sync(merchant);
    expect(await phase(merchant)).toBe("start");
    const notes = Object.values(double.world.state.credit_notes).filter(({ memo }) => memo === "Unused time");
    expect(notes).toHaveLength(1);
    const { data } = value(await listInvoices(merchant.ctx, {}));
    const share = (data[0]?.credited ?? 0) / (data[0]?.total ?? 1);
    expect(share).toBeGreaterThan(0.74);
    expect(share).toBeLessThan(0.76);
  });
});

describe("Stripe going down in the middle of", () => {
  const wanted = { plan: "pro", interval: "month" } as const;
  type Step = (merchant: Billed) => Promise<{ readonly ok: boolean }>;
  const steps: [
    name: string,
    prepare: () => Promise<Billed>,
    step: Step,
    check: (merchant: Billed) => Promise<void>,
  ][] = [
    [
      "a checkout",
      async () => {
        const merchant = await billed(double);
        await endTrial(merchant.locator);
        return merchant;
      },
      ({ ctx }) => startCheckout(ctx, wanted),
      async (merchant) => {
        const own = Object.values(double.world.state.customers).filter(
          ({ metadata }) => metadata["merchant"] === merchant.locator,
        );
        expect(own).toHaveLength(1);
        const open = Object.values(double.world.state.sessions).filter(
          ({ customer: of, status }) => of === own[0]?.id && status === "open",
        );
        expect(open).toHaveLength(1);
      },
    ],
    [
      "a change",
      () => subscribed({ plan: "shop" }),
      async ({ ctx }) => {
        const preview = await previewChange(ctx, wanted);
        return preview.ok ? applyChange(ctx, { ...wanted, proration_at_ms: preview.value.proration_at_ms }) : preview;
      },
      async (merchant) => {
        await sync(merchant);
        expect((await merchant.row()).subscription?.selection.plan).toBe("pro");
        expect(value(await listInvoices(merchant.ctx, {})).data).toHaveLength(2);
      },
    ],
    [
      "a change for less",
      () => subscribed({ plan: "pro" }),
      async ({ ctx }) => {
        const less = { plan: "shop", interval: "month" };
        const preview = await previewChange(ctx, less);
        return preview.ok ? applyChange(ctx, { ...less, proration_at_ms: preview.value.proration_at_ms }) : preview;
      },
      async (merchant) => {
        await sync(merchant);
        expect((await merchant.row()).subscription?.next?.selection.plan).toBe("shop");
      },
    ],
    [
      "cancelling",
      () => subscribed(),
      ({ ctx }) => cancelSubscription(ctx, { when: "period_end" }),
      async (merchant) => {
        await sync(merchant);
        expect(await phase(merchant)).toBe("ending");
      },
    ],
    [
      "giving back the rest of a year",
      async () => {
        const merchant = await subscribed({ plan: "plus", interval: "year" });
        double.advanceDays(60);
        value(await cancelSubscription(merchant.ctx, { when: "notice" }));
        double.advanceDays(32);
        return merchant;
      },
      (merchant) =>
        sync(merchant).then(
          () => ({ ok: true }),
          () => ({ ok: false }),
        ),
      async (merchant) => {
        expect(await phase(merchant)).toBe("start");
        const [invoice] = value(await listInvoices(merchant.ctx, {})).data;
        const notes = Object.values(double.world.state.credit_notes).filter(({ invoice: of }) => of === invoice?.id);
        expect(notes.map(({ amount }) => amount)).toEqual([invoice?.credited]);
      },
    ],
    [
      "asking again for what was taken back",
      async () => {
        const merchant = await subscribed({ method: "ideal" });
        double.dispute(await customer(merchant));
        return merchant;
      },
      async (merchant) => {
        const dispute = Object.values(double.world.state.disputes).at(-1)?.id ?? "";
        return sync(merchant, dispute).then(
          () => ({ ok: true }),
          () => ({ ok: false }),
        );
      },
      async (merchant) => {
        expect(await phase(merchant)).toBe("past_due");
        const { data } = value(await listInvoices(merchant.ctx, {}));
        expect(data.map(({ status, total }) => [status, total])).toEqual([
          ["open", 4_719],
          ["paid", 4_719],
        ]);
      },
    ],
  ];

  test.each(steps)("%s: doing it again ends as if nothing had been", async (_name, prepare, step, check) => {
    const merchant = await prepare();
    let failures = 0;
    for (let answered = 0; answered < 30; answered += 1) {
      double.failAfter(answered);
      const { ok } = await step(merchant).finally(() => double.failAfter(null));
      if (ok) break;
      failures += 1;
    }
    expect(failures).toBeGreaterThan(1);
    await check(merchant);
  });
});

describe("active members", () => {
  test("beyond the plan begin the grace, are told at 80 and 100 %, and a larger plan ends it", async () => {
    const merchant = await billed(double);
    await endTrial(merchant.locator);
    const counted = { current: 79 };
    const ctx = { ...merchant.ctx, counter: { activeMembers: async () => counted.current } };
    const notices = () => merchant.mails.map(({ data }) => Reflect.get(data, "notice"));
    await countUsage(ctx);
    expect(notices()).toEqual([]);
    counted.current = 80;
    await countUsage(ctx);
    await countUsage(ctx);
    expect(notices()).toEqual(["usage_80"]);
    counted.current = 101;
    const over = await countUsage(ctx);
    expect(notices()).toEqual(["usage_80", "usage_100"]);
    expect(over?.usage.over_members_since_ms).toBe(double.world.now * 1000);

    const { url } = value(await startCheckout(merchant.ctx, { plan: "shop", interval: "month" }));
    double.pay(sessionOf(url));
    await sync(merchant);
    expect((await merchant.row()).usage.over_members_since_ms).toBeNull();
  });
});
