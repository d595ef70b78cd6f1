import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { sign } from "../../../dev/stripe-double/deliver.ts";
import type { StripeDouble } from "../../../dev/stripe-double/double.ts";
import { type SignedUp, signUpMerchant } from "../../support/workerd/browser.ts";
import { customerOf, installStripe, postEvent, WEBHOOK_SECRET } from "../../support/workerd/stripe.ts";
import { endTrial, sessionOf } from "./support.ts";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 30_000 });

let double: StripeDouble;
beforeAll(async () => {
  double = await installStripe();
});

async function paidUp(plan = "plus"): Promise<SignedUp & { readonly customer: string }> {
  const merchant = await signUpMerchant();
  await endTrial(merchant.locator);
  const { url } = await merchant.owner.must("POST", `${merchant.path}/billing/checkout`, {
    body: { plan, interval: "month" },
  });
  double.pay(sessionOf(url), { method: "card" });
  return { ...merchant, customer: await customerOf(merchant.locator) };
}

const billingOf = ({ owner, path }: SignedUp) => owner.must("GET", `${path}/billing`);
const factsOf = async (locator: string) => {
  const columns = "trial_ends_at_ms, stripe_subscription, subscription, demands, disputes, usage";
  return env.DB.prepare(`SELECT ${columns} FROM billing WHERE merchant = ?`).bind(locator).first();
};

async function eventState(id: string): Promise<unknown> {
  return env.DB.prepare("SELECT state, attempts FROM billing_event WHERE id = ?").bind(id).first();
}

/** The events of a customer so far. */
function eventsOf(customer: string): string[] {
  return double.events.filter(({ data }) => JSON.stringify(data).includes(customer)).map(({ id }) => id);
}

async function send(id: string): Promise<number> {
  const payload = double.payload(id);
  return (await postEvent(payload, await sign(payload, WEBHOOK_SECRET))).status;
}

/** What concerns one customer; other tests leave events of their own behind. */
async function sendAll(customer: string): Promise<void> {
  for (const id of eventsOf(customer)) expect(await send(id)).toBe(200);
}

describe("an event", () => {
  test("makes a payment count, and the owner reads it in plain words", async () => {
    const merchant = await paidUp();
    expect(await billingOf(merchant)).toMatchObject({ phase: "start", plan: "start" });
    expect(await double.deliver()).toBe(0);

    const billing = await billingOf(merchant);
    expect(billing).toMatchObject({ phase: "active", plan: "plus", access: "full", open_payments: [] });
    expect(billing["headline"]).toMatch(/^Je hebt Plus, betaald tot \d+ \w+ \d{4}\.$/);
    expect(billing["usage"]).toMatchObject({ active_members_max: 5_000, locations: 1, locations_max: 3 });
  });

  test("that nobody signed, somebody else signed, was altered or is old is refused, and leaves nothing", async () => {
    const merchant = await paidUp();
    const [id = ""] = eventsOf(merchant.customer).slice(-1);
    const payload = double.payload(id);
    const good = await sign(payload, WEBHOOK_SECRET);
    const forged = await sign(payload, "whsec_somebody_else");
    const stale = await sign(payload, WEBHOOK_SECRET, Math.floor(Date.now() / 1000) - 301);
    const wrong: [string, string][] = [
      [payload, ""],
      [payload, "t=1,v1=00"],
      [payload, forged],
      [payload, stale],
      [payload.replace(`"${id}"`, '"evt_other"'), good],
      [`${payload} `, good],
      ["", good],
    ];
    for (const [body, signature] of wrong) expect((await postEvent(body, signature)).status).toBe(401);
    expect(await eventState(id)).toBeNull();
    expect(await billingOf(merchant)).toMatchObject({ phase: "start" });
  });

  test("that is replayed is acted on once", async () => {
    const merchant = await paidUp();
    const [id = ""] = eventsOf(merchant.customer).slice(-1);
    expect(await send(id)).toBe(200);
    const asked = double.calls.length;
    expect([await send(id), await send(id)]).toEqual([200, 200]);
    expect(double.calls.length).toBe(asked);
    expect(await eventState(id)).toEqual({ state: "done", attempts: 3 });
  });

  test("of a customer who is nobody's here is taken and ignored", async () => {
    const { customers } = double.world.state;
    const stranger = { ...Object.values(customers)[0], id: "cus_stranger" };
    double.world.emit("customer.updated", stranger);
    const id = double.events.at(-1)?.id ?? "";
    expect(await send(id)).toBe(200);
    expect(await eventState(id)).toEqual({ state: "ignored", attempts: 1 });
  });

  test("that cannot be acted on is answered so that it comes again, and then counts", async () => {
    const merchant = await paidUp();
    const before = await factsOf(merchant.locator);
    const [id = ""] = eventsOf(merchant.customer).slice(-1);
    // Down at the first question, at the second, and so on until the event is through.
    let failures = 0;
    for (let answered = 0; answered < 12; answered += 1) {
      double.failAfter(answered);
      const status = await send(id);
      double.failAfter(null);
      if (status === 200) break;
      failures += 1;
      expect(status).toBe(503);
      expect(await factsOf(merchant.locator)).toEqual(before);
      expect(await eventState(id)).toMatchObject({ state: "failed" });
    }
    expect(failures).toBeGreaterThanOrEqual(3);
    expect(await eventState(id)).toMatchObject({ state: "done" });
    expect(await billingOf(merchant)).toMatchObject({ phase: "active", plan: "plus" });
  });

  test("and others like it end in one state, shuffled and repeated", async () => {
    const merchant = await paidUp();
    double.setScenario(merchant.customer, "declined");
    double.advanceDays(31);
    const ids = eventsOf(merchant.customer).slice(-6);
    const ends = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      const deliveries = [...ids, ...ids.slice(0, round)].toSorted(() => (round % 2 === 0 ? 1 : -1));
      const turned = [...deliveries.slice(round), ...deliveries.slice(0, round)];
      await env.DB.prepare("UPDATE billing SET subscription = NULL, demands = '[]' WHERE merchant = ?")
        .bind(merchant.locator)
        .run();
      await env.DB.prepare("DELETE FROM billing_event").run();
      for (const id of turned) expect(await send(id)).toBe(200);
      ends.add(JSON.stringify(await factsOf(merchant.locator)));
    }
    expect([...ends]).toHaveLength(1);
    expect(await billingOf(merchant)).toMatchObject({ open_payments: [{ state: "failed" }] });
  });

  test("at the same moment as others like it leaves what Stripe has", async () => {
    const merchant = await paidUp();
    const ids = eventsOf(merchant.customer);
    const statuses = await Promise.all(ids.map(send));
    const refused = ids.filter((_id, index) => statuses[index] !== 200);
    for (const id of refused) expect(await send(id)).toBe(200);
    expect(await billingOf(merchant)).toMatchObject({ phase: "active", plan: "plus" });
  });
});

test("a customer who was deleted at Stripe is on Start, and can begin again", async () => {
  const merchant = await paidUp();
  await sendAll(merchant.customer);
  double.deleteCustomer(merchant.customer);
  await sendAll(merchant.customer);
  expect(await billingOf(merchant)).toMatchObject({ phase: "start", plan: "start", subscription: null });

  const { url } = await merchant.owner.must("POST", `${merchant.path}/billing/checkout`, {
    body: { plan: "shop", interval: "year" },
  });
  double.pay(sessionOf(url));
  await merchant.owner.must("POST", `${merchant.path}/billing/refresh`);
  expect(await customerOf(merchant.locator)).not.toBe(merchant.customer);
  expect(await billingOf(merchant)).toMatchObject({ phase: "active", plan: "shop" });
});

test("without Stripe the rest of the platform goes on, and billing says that it cannot be reached", async () => {
  const merchant = await signUpMerchant();
  const key = Reflect.get(env, "STRIPE_SECRET_KEY");
  Object.assign(env, { STRIPE_SECRET_KEY: "" });
  try {
    const refused = await merchant.owner.call("POST", `${merchant.path}/billing/checkout`, {
      body: { plan: "plus", interval: "month" },
    });
    expect(refused).toMatchObject({ status: 503, body: { code: "billing_unavailable" } });
    expect(await billingOf(merchant)).toMatchObject({ phase: "trial", plan: "plus" });
  } finally {
    Object.assign(env, { STRIPE_SECRET_KEY: key });
  }
});
