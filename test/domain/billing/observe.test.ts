import { describe, expect, test } from "vitest";
import {
  type FailureNotice,
  NOTHING_OBSERVED,
  type Observation,
  type ObservedInvoice,
  observe,
} from "../../../src/domain/billing/observe.ts";
import { type BillingState, NO_BILLING, type SubscriptionState } from "../../../src/domain/billing/state.ts";

const DAY = 86_400_000;
const T = Date.UTC(2026, 10, 1);

const plus: SubscriptionState = {
  status: "active",
  selection: { plan: "plus", interval: "month", extra_locations: 0, member_blocks: 0 },
  period_start_ms: T,
  period_end_ms: T + 30 * DAY,
  trial_ends_at_ms: null,
  ends_at_ms: null,
  ended_at_ms: null,
  next: null,
};

function invoice(payment: ObservedInvoice["payment"], id = "in_1"): ObservedInvoice {
  return { id, payment, amount: 4_719 };
}

function seen(changes: Partial<Observation>): Observation {
  return { ...NOTHING_OBSERVED, subscription: plus, ...changes };
}

/** One thing that happened at Stripe: how Stripe is from then on, and what its event knows. */
interface Happening {
  readonly name: string;
  readonly after: Observation;
  readonly notice: FailureNotice | null;
}

const failed = (id: string, at_ms: number): FailureNotice => ({ invoice: id, failed_at_ms: at_ms });

/** The life of a subscription that fails, is retried by debit, fails again, is disputed, and ends as each case says. */
const LIVES: Readonly<Record<string, readonly Happening[]>> = {
  "fails, recovers, is cancelled": [
    { name: "created", after: seen({}), notice: null },
    {
      name: "renewal failed",
      after: seen({ subscription: { ...plus, status: "past_due" }, open_invoices: [invoice("failed")] }),
      notice: failed("in_1", T + 30 * DAY),
    },
    { name: "paid by hand", after: seen({}), notice: null },
    { name: "renewed", after: seen({ subscription: { ...plus, period_end_ms: T + 60 * DAY } }), notice: null },
    { name: "cancelled", after: seen({ subscription: { ...plus, ends_at_ms: T + 60 * DAY } }), notice: null },
    {
      name: "ended",
      after: seen({ subscription: { ...plus, status: "canceled", ended_at_ms: T + 60 * DAY } }),
      notice: null,
    },
  ],
  "stays unpaid": [
    { name: "created", after: seen({}), notice: null },
    { name: "debit under way", after: seen({ open_invoices: [invoice("processing")] }), notice: null },
    {
      name: "debit failed",
      after: seen({ subscription: { ...plus, status: "past_due" }, open_invoices: [invoice("failed")] }),
      notice: failed("in_1", T + 35 * DAY),
    },
    {
      name: "tried again",
      after: seen({ subscription: { ...plus, status: "past_due" }, open_invoices: [invoice("processing")] }),
      notice: null,
    },
    {
      name: "failed again",
      after: seen({ subscription: { ...plus, status: "past_due" }, open_invoices: [invoice("failed")] }),
      notice: failed("in_1", T + 43 * DAY),
    },
    {
      name: "next one failed too",
      after: seen({
        subscription: { ...plus, status: "past_due" },
        open_invoices: [invoice("failed"), invoice("action_required", "in_2")],
      }),
      notice: failed("in_2", T + 61 * DAY),
    },
  ],
  "is taken back after success": [
    {
      name: "first payment under way",
      after: seen({ subscription: { ...plus, status: "incomplete" }, open_invoices: [invoice("processing")] }),
      notice: null,
    },
    { name: "paid", after: seen({}), notice: null },
    {
      name: "changed",
      after: seen({ subscription: { ...plus, selection: { ...plus.selection, plan: "pro" } } }),
      notice: null,
    },
    {
      name: "disputed",
      after: seen({ disputes: [{ id: "du_1", state: "open", amount: 4_719, created_ms: T + 20 * DAY }] }),
      notice: null,
    },
    {
      name: "asked again",
      after: seen({
        open_invoices: [invoice("untried", "in_9")],
        disputes: [{ id: "du_1", state: "open", amount: 4_719, created_ms: T + 20 * DAY }],
      }),
      notice: null,
    },
    {
      name: "paid again",
      after: seen({ disputes: [{ id: "du_1", state: "settled", amount: 4_719, created_ms: T + 20 * DAY }] }),
      notice: null,
    },
  ],
};

/** Every event was seen by Stripe before any of them arrives here: what is fetched is the end of the life. */
function stateAfter(life: readonly Happening[]): Observation {
  const last = life.at(-1);
  if (last === undefined) throw new Error("a life has events");
  return last.after;
}

/**
 * Delivers every event one to three times, in every order that there is, and answers the states in which it can end. The
 * orders are walked as a graph of (how often each was delivered, state), so that all of them are covered and none twice.
 */
function everyEnd(life: readonly Happening[]): Set<string> {
  const current = stateAfter(life);
  const start = { counts: life.map(() => 0), billing: NO_BILLING };
  const known = new Set<string>();
  const ends = new Set<string>();
  let edge = [start];
  while (edge.length > 0) {
    const next: { counts: number[]; billing: BillingState }[] = [];
    for (const { counts, billing } of edge) {
      if (counts.every((count) => count >= 1)) ends.add(JSON.stringify(billing));
      for (const [index, happening] of life.entries()) {
        const delivered = (counts[index] ?? 0) + 1;
        if (delivered > 3) continue;
        const after = observe(billing, current, happening.notice, T + 90 * DAY);
        const place = { counts: counts.with(index, delivered), billing: after };
        const key = JSON.stringify(place);
        if (known.has(key)) continue;
        known.add(key);
        next.push(place);
      }
    }
    edge = next;
  }
  return ends;
}

describe("six events, each delivered one to three times, in every order", () => {
  test.each(Object.entries(LIVES))("a subscription that %s ends in one state", (_name, life) => {
    expect(life).toHaveLength(6);
    const ends = everyEnd(life);
    expect([...ends]).toHaveLength(1);
    const [end = "{}"] = ends;
    expect(JSON.parse(end)).toMatchObject({ subscription: stateAfter(life).subscription });
  });

  test("events that arrive while things still happen end in the same state as those that arrive afterwards", () => {
    for (const life of Object.values(LIVES)) {
      const [late = ""] = everyEnd(life);
      for (const lag of [0, 1, 2, 3]) {
        let billing = NO_BILLING;
        for (const [index] of life.entries()) {
          const { after } = life[index] ?? { after: NOTHING_OBSERVED };
          billing = observe(billing, after, life[Math.max(0, index - lag)]?.notice ?? null, T + 90 * DAY);
        }
        for (const { notice } of life.slice(-lag - 1))
          billing = observe(billing, stateAfter(life), notice, T + 90 * DAY);
        expect(JSON.stringify(billing)).toBe(late);
      }
    }
  });

  test("a reducer that believes its events is caught", () => {
    const believing = (life: readonly Happening[]) =>
      new Set([life, life.toReversed()].map((order) => JSON.stringify(order.at(-1)?.after)));
    expect(Object.values(LIVES).some((life) => believing(life).size > 1)).toBe(true);
  });
});

describe("when a demand failed", () => {
  const unpaid = seen({ open_invoices: [invoice("failed")] });

  test("is the earliest moment that any event told", () => {
    const once = observe(NO_BILLING, unpaid, failed("in_1", T + 9 * DAY), T + 20 * DAY);
    const twice = observe(once, unpaid, failed("in_1", T + 5 * DAY), T + 21 * DAY);
    const thrice = observe(twice, unpaid, failed("in_1", T + 7 * DAY), T + 22 * DAY);
    expect([once, twice, thrice].map(({ demands }) => demands[0]?.failed_at_ms)).toEqual([
      T + 9 * DAY,
      T + 5 * DAY,
      T + 5 * DAY,
    ]);
  });

  test("is now when nobody told, and is not forgotten while it is tried again", () => {
    const found = observe(NO_BILLING, unpaid, null, T + 20 * DAY);
    const trying = observe(found, seen({ open_invoices: [invoice("processing")] }), null, T + 23 * DAY);
    const again = observe(trying, unpaid, null, T + 30 * DAY);
    expect(again.demands).toEqual([
      { id: "in_1", state: "failed", amount: 4_719, failed_at_ms: T + 20 * DAY, told: false },
    ]);
  });

  test("a first payment that fails makes nobody a debtor", () => {
    const first = seen({ subscription: { ...plus, status: "incomplete" }, open_invoices: [invoice("failed")] });
    expect(observe(NO_BILLING, first, failed("in_1", T), T).demands[0]?.failed_at_ms).toBeNull();
  });
});
