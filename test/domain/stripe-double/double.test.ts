import { Stripe } from "stripe";
import { beforeEach, describe, expect, test } from "vitest";
import { sign } from "../../../dev/stripe-double/deliver.ts";
import { StripeDouble } from "../../../dev/stripe-double/double.ts";
import { ADD_ONS, catalog, INTERVALS, lookupKey } from "../../../src/domain/billing/plans.ts";
import { stripeAt } from "../../../scripts/stripe-sync/stripe-at.ts";
import { syncCatalog } from "../../../scripts/stripe-sync/sync-catalog.ts";

// The stand-in through Stripe's own library, as the product uses it: what it may be trusted with in other tests.

let double: StripeDouble;
let stripe: Stripe;

beforeEach(() => {
  double = new StripeDouble({ pages: "http://localhost:8787/dev/stripe" });
  stripe = stripeAt("sk_test_double", (request) => double.fetch(request));
});

async function refusal(
  ask: Promise<unknown>,
): Promise<{ status: unknown; type: unknown; code: unknown; param: unknown }> {
  try {
    await ask;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) {
      return { status: error.statusCode, type: error.type, code: error.code, param: error.param };
    }
    throw error;
  }
  throw new Error("it was not refused");
}

async function plusCustomer(): Promise<{ readonly customer: string; readonly subscription: string }> {
  await syncCatalog(stripe, { log: () => {} });
  const { data } = await stripe.prices.list({ lookup_keys: [lookupKey("plus", "month")] });
  const customer = await stripe.customers.create({ email: "ria@example.com" });
  const session = await stripe.checkout.sessions.create({
    mode: "subscription",
    customer: customer.id,
    line_items: [{ price: data[0]?.id ?? "", quantity: 1 }],
    success_url: "https://stempel.test/done",
  });
  double.pay(session.id, { method: "card" });
  return { customer: customer.id, subscription: double.subscriptionOf(customer.id)?.id ?? "" };
}

describe("what it refuses", () => {
  test("what it does not model is an error in Stripe's shape, never a success", async () => {
    expect(await refusal(stripe.coupons.list())).toMatchObject({
      status: 501,
      type: "StripeAPIError",
      code: "not_in_the_double",
    });
    expect(await refusal(stripe.paymentLinks.create({ line_items: [] }))).toMatchObject({ status: 501 });
  });

  test("an unknown, a missing and a malformed parameter, by name", async () => {
    const misspelt: object = { email: "a@b.nl", emial: "c@d.nl" };
    expect(await refusal(stripe.customers.create(misspelt))).toMatchObject({
      status: 400,
      code: "parameter_unknown",
      param: "emial",
    });
    const nameless: Stripe.ProductCreateParams = JSON.parse("{}");
    expect(await refusal(stripe.products.create(nameless))).toMatchObject({ code: "parameter_missing", param: "name" });
    const nested: Stripe.PriceCreateParams = {
      product: "p",
      currency: "eur",
      unit_amount: 1,
      recurring: { interval: "week" },
    };
    expect(await refusal(stripe.prices.create(nested))).toMatchObject({ status: 400, param: "recurring[interval]" });
  });

  test("an id that it does not have, and a key that is none", async () => {
    expect(await refusal(stripe.subscriptions.retrieve("sub_none"))).toMatchObject({
      status: 404,
      code: "resource_missing",
    });
    const stranger = stripeAt("not a key", (request) => double.fetch(request));
    expect(await refusal(stranger.customers.create())).toMatchObject({ status: 401 });
  });

  test("more than four levels of expansion, and what cannot be expanded", async () => {
    const { subscription } = await plusCustomer();
    const deep = ["latest_invoice.payments.data.payment.payment_intent"];
    expect(await refusal(stripe.subscriptions.retrieve(subscription, { expand: deep }))).toMatchObject({ status: 400 });
    expect(await refusal(stripe.subscriptions.retrieve(subscription, { expand: ["nonsense"] }))).toMatchObject({
      status: 400,
    });
  });
});

describe("an idempotency key", () => {
  const options = { idempotencyKey: "once" };

  test("with the same request is answered with the same thing, and makes one", async () => {
    const first = await stripe.customers.create({ email: "a@b.nl" }, options);
    const second = await stripe.customers.create({ email: "a@b.nl" }, options);
    expect(second.id).toBe(first.id);
    expect(Object.keys(double.world.state.customers)).toEqual([first.id]);
  });

  test("with another request is refused, and one whose request was not valid is still free", async () => {
    await refusal(stripe.customers.create(JSON.parse('{"emial":"x"}'), options));
    await stripe.customers.create({ email: "a@b.nl" }, options);
    const other = await refusal(stripe.customers.create({ email: "other@b.nl" }, options));
    expect(other).toMatchObject({ status: 400, type: "StripeIdempotencyError" });
  });
});

test("its events carry a signature that the library accepts, of exactly what was sent", async () => {
  await plusCustomer();
  const payload = double.payload(double.events.at(-1)?.id ?? "");
  const signature = await sign(payload, "whsec_x");
  const event = await stripe.webhooks.constructEventAsync(payload, signature, "whsec_x");
  expect(event).toMatchObject({ type: "checkout.session.completed", api_version: Stripe.API_VERSION });
  await expect(stripe.webhooks.constructEventAsync(`${payload} `, signature, "whsec_x")).rejects.toThrow(/signature/i);
});

test("its memory is plain JSON: a stand-in that is started again goes on where it stopped", async () => {
  const { customer, subscription } = await plusCustomer();
  const state: typeof double.world.state = JSON.parse(JSON.stringify(double.world.state));
  const again = new StripeDouble({ pages: "http://localhost:8787/dev/stripe", state });
  again.advanceDays(31);
  expect(again.subscriptionOf(customer)?.id).toBe(subscription);
  expect(Object.values(again.world.state.invoices)).toHaveLength(2);
});

describe("a payment", () => {
  test("by iDEAL succeeds at once and leaves a mandate for direct debits", async () => {
    const { customer } = await plusCustomer();
    const session = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [
        {
          price: (await stripe.prices.list({ lookup_keys: [lookupKey("shop", "month")] })).data[0]?.id ?? "",
          quantity: 1,
        },
      ],
      success_url: "https://stempel.test/done",
    });
    double.pay(session.id, { method: "ideal" });
    const methods = Object.values(double.world.state.payment_methods);
    expect(methods.map(({ type }) => type)).toEqual(["card", "sepa_debit"]);
    expect(double.subscriptionOf(customer)?.status).toBe("active");
    double.advanceDays(31);
    const intents = Object.values(double.world.state.payment_intents).map(({ status }) => status);
    expect(intents).toContain("processing");
  });

  test("that is refused on the page leaves the checkout open", async () => {
    const { customer } = await plusCustomer();
    const session = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price: Object.keys(double.world.state.prices)[0] ?? "", quantity: 1 }],
      success_url: "https://stempel.test/done",
    });
    expect(double.pay(session.id, { method: "card", scenario: "declined" })).toBe(false);
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe("open");
  });
});

describe("npm run stripe:sync", () => {
  test("makes everything that is sold, excluding VAT, and nothing when it is run again", async () => {
    const lines: string[] = [];
    await syncCatalog(stripe, { log: () => {} });
    await syncCatalog(stripe, { log: (line) => lines.push(line) });
    expect(lines.filter((line) => line.startsWith("made"))).toEqual([]);
    const { data } = await stripe.prices.list({ limit: 100 });
    expect(data).toHaveLength(catalog().length * INTERVALS.length);
    expect(new Set(data.map(({ tax_behavior, currency }) => `${tax_behavior} ${currency}`))).toEqual(
      new Set(["exclusive eur"]),
    );
  });

  test("gives a new amount a new price that takes the key over; who subscribed before keeps the old one", async () => {
    const { subscription } = await plusCustomer();
    const key = lookupKey("plus", "month");
    const [old] = (await stripe.prices.list({ lookup_keys: [key] })).data;
    const stored = double.world.state.prices[old?.id ?? ""];
    if (stored !== undefined) Object.assign(stored, { unit_amount: 2_900, unit_amount_decimal: "2900" });
    await syncCatalog(stripe, { log: () => {} });
    const [current] = (await stripe.prices.list({ lookup_keys: [key] })).data;
    expect(current?.unit_amount).toBe(3_900);
    expect(current?.id).not.toBe(old?.id);
    double.advanceDays(31);
    const kept = await stripe.subscriptions.retrieve(subscription);
    expect(kept.items.data[0]?.price.id).toBe(old?.id);
    expect(ADD_ONS.location.price).toEqual({ month: 900, year: 9_000 });
  });
});
