import { describe, expect, test } from "vitest";
import type { Estate, HandedOverEvent } from "../../../src/domain/ledger/booking.ts";
import type { EstateCommand } from "../../../src/domain/ledger/command.ts";
import type { Stamp } from "../../../src/domain/ledger/draft.ts";
import { brokenInvariants } from "../../../src/domain/ledger/invariants.ts";
import type { Plan } from "../../../src/domain/ledger/plan.ts";
import { planEstate } from "../../../src/domain/ledger/plan-estate.ts";
import { inBucket, unitState, type AccountState } from "../../../src/domain/ledger/state.ts";
import { NOW_MS } from "../support/clock.ts";
import { holdOf, refund, sale, units } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { itemRule, program, reward, stampCard, visitRule } from "../support/program.ts";

const coffee = stampCard("coffee", itemRule({ id: "ear_coffee" }));
const rules = program({ stamp_cards: [coffee.card], rewards: [coffee.full, reward({ id: "rew_points" })] });
const RECEIVER = "m000000000000002";
const stamp: Stamp = {
  now_ms: NOW_MS,
  by: { kind: "system", job: "registry" },
  request_hash: null,
  note_digest: null,
  clock_offset_ms: 0,
  program: null,
  timezone: null,
};

function must(state: AccountState, command: EstateCommand): Plan {
  const planned = planEstate(state, command, stamp);
  if (!planned.ok) throw new Error(planned.error.code);
  return planned.value;
}

function handOver(state: AccountState): { readonly plan: Plan; readonly estate: Estate } {
  const plan = must(state, { type: "hand_over", to: RECEIVER, reason: "claim" });
  const body = plan.bookings[0]?.body;
  expect(body).toMatchObject({ type: "handed_over", to: RECEIVER } satisfies Partial<HandedOverEvent>);
  return { plan, estate: body?.type === "handed_over" ? body.estate : { lots: [], remainders: {} } };
}

const available = (state: AccountState, unit: string) => inBucket(unitState(state, unit), "available");

describe("an account that goes up in another", () => {
  test("leaves nothing behind: points, stamps, held points and fractions all move", () => {
    const giver = new Ledger(rules);
    giver.must(sale([units("latte", 3, 1250)]));
    giver.must(holdOf("rew_points"));
    const held = giver.held();
    expect(held).toBeGreaterThan(0);
    const { plan, estate } = handOver(giver.state);
    expect(plan.state.tombstone).toEqual({ kind: "merged", to: RECEIVER });
    expect(plan.state.holds).toEqual({});
    expect(Object.values(plan.state.units).every(({ lots }) => lots.length === 0)).toBe(true);
    expect(brokenInvariants(plan.state)).toEqual([]);

    const receiver = new Ledger(rules);
    receiver.must(sale([units("latte", 1, 175)]));
    const before = receiver.balances();
    const absorbed = must(receiver.state, { type: "absorb", from: "m1", reason: "claim", estate }).state;
    expect(available(absorbed, "points")).toBe((before["points"] ?? 0) + 12);
    expect(available(absorbed, "stamps:stc_coffee")).toBe(4);
    expect(absorbed.remainders["ear_spend"]?.value).toBe(50 + 75);
    expect(brokenInvariants(absorbed)).toEqual([]);
  });

  test("carries a fraction that the next sale completes", () => {
    const giver = new Ledger(rules);
    giver.must(sale(60));
    const receiver = new Ledger(rules);
    receiver.must(sale(60));
    const { estate } = handOver(giver.state);
    const absorbed = must(receiver.state, { type: "absorb", from: "m1", reason: "merge", estate }).state;
    expect(absorbed.remainders["ear_spend"]).toEqual({ value: 120, rate: 100 });
  });

  test("with nothing in it still ends, and brings nothing", () => {
    const { plan, estate } = handOver(new Ledger(rules).state);
    expect(estate).toMatchObject({ lots: [], remainders: {} });
    expect(plan.bookings[0]?.body.entries).toEqual([]);
  });

  test("knows that its parcel is on the way until the receiver confirms, and no longer", () => {
    const { plan } = handOver(new Ledger(rules).state);
    const seq = plan.state.seq;
    expect(Object.keys(plan.state.outbox)).toEqual([String(seq)]);
    const confirmed = must(plan.state, { type: "delivered", delivered: seq }).state;
    expect(confirmed.outbox).toEqual({});
    expect(planEstate(confirmed, { type: "delivered", delivered: seq }, stamp)).toEqual({
      ok: false,
      error: { code: "nothing_to_deliver" },
    });
  });
});

describe("a member who goes up in another", () => {
  const absorbed = (giver: Ledger, receiver: Ledger): AccountState => {
    const { bookings } = must(giver.state, { type: "hand_over", to: RECEIVER, reason: "merge" });
    const [body] = bookings.map((booking) => booking.body);
    if (body?.type !== "handed_over") throw new Error("nothing was handed over");
    return must(receiver.state, { type: "absorb", from: "m1", reason: "merge", estate: body.estate }).state;
  };

  test("brings every card under a new number, and a blocked one stays blocked", () => {
    const giver = new Ledger(rules);
    giver.must({ type: "issue_card", card_kind: "plastic", replaces: 1 });
    const receiver = new Ledger(rules);
    const cards = Object.values(absorbed(giver, receiver).cards);
    expect(cards.map(({ card_no, kind, state, origin }) => ({ card_no, kind, state, origin }))).toEqual([
      { card_no: 1, kind: "digital", state: "active", origin: undefined },
      { card_no: 2, kind: "digital", state: "blocked", origin: { account: "m1", card_no: 1 } },
      { card_no: 3, kind: "plastic", state: "active", origin: { account: "m1", card_no: 2 } },
    ]);
  });

  test("brings lots with their dates, and more stamps than a card has room for", () => {
    const dated = program({
      stamp_cards: [coffee.card],
      rewards: [coffee.full],
      units: { points: { name: { en: "points" }, expiry: { kind: "rolling", after: { days: 10 }, to: "day" } } },
    });
    const [giver, receiver] = [new Ledger(dated), new Ledger(dated)];
    giver.must(sale([units("latte", 7, 700)]));
    receiver.now_ms = NOW_MS + 86_400_000;
    receiver.must(sale([units("latte", 6, 600)]));
    const state = absorbed(giver, receiver);
    expect(available(state, "stamps:stc_coffee")).toBe(13);
    const dates = unitState(state, "points").lots.map(({ expires_on }) => expires_on);
    expect(new Set(dates).size).toBe(dates.length);
    expect(available(state, "points")).toBe(13);
    expect(brokenInvariants(state)).toEqual([]);
  });

  test("brings returns that wait for their sale, and waits no more itself", () => {
    const giver = new Ledger(rules);
    giver.must(refund({ receipt: "R9", tills: null, register: null, business_date: null }, "all", "T1"));
    const { state } = must(giver.state, { type: "hand_over", to: RECEIVER, reason: "merge" });
    expect(state.parked).toEqual({});
    const arrived = Object.values(absorbed(giver, new Ledger(rules)).parked);
    expect(arrived).toMatchObject([{ sale: { receipt: "R9" }, request: { return_id: "T1" } }]);
  });
});

describe("what was given before a merge", () => {
  const merged = (giver: Ledger, receiver: Ledger): Ledger => {
    giver.take(must(giver.state, { type: "hand_over", to: RECEIVER, reason: "merge" }));
    const body = giver.bodies.at(-1);
    if (body?.type !== "handed_over") throw new Error("nothing was handed over");
    receiver.take(must(receiver.state, { type: "absorb", from: "m1", reason: "merge", estate: body.estate }));
    expect(receiver.refolded()).toEqual(receiver.state);
    return receiver;
  };
  const both = (rewritten: ReturnType<typeof program>) => [new Ledger(rewritten), new Ledger(rewritten)] as const;
  const MINUTE = 60_000;

  test("is not given again within a cooldown: the later of both counts", () => {
    const [giver, receiver] = both(program({ earning: [visitRule({ cooldown_minutes: 60 })] }));
    receiver.must(sale(100, { occurred_at_ms: NOW_MS - 90 * MINUTE }));
    giver.must(sale(100));
    merged(giver, receiver);
    receiver.must(sale(100, { receipt: "R2", occurred_at_ms: NOW_MS + 59 * MINUTE }));
    expect(receiver.available()).toBe(2);
    receiver.must(sale(100, { receipt: "R3", occurred_at_ms: NOW_MS + 60 * MINUTE }));
    expect(receiver.available()).toBe(3);
  });

  test("a receipt that is claimed starts the wait too", () => {
    const [giver, receiver] = both(program({ earning: [visitRule({ cooldown_minutes: 60 })] }));
    giver.must(sale(100));
    const { estate } = handOver(giver.state);
    receiver.take(must(receiver.state, { type: "absorb", from: "r1", reason: "claim", estate }));
    receiver.must(sale(100, { receipt: "R2", occurred_at_ms: NOW_MS + MINUTE }));
    expect(receiver.available()).toBe(1);
  });

  test("counts towards a reward's limit, whoever of the two redeemed", () => {
    const [giver, receiver] = both(program({ rewards: [reward({ limit: { total: 3, per_day: 2 } })] }));
    for (const ledger of [giver, receiver]) {
      ledger.must({ type: "gift", unit: "points", amount: 50, card_no: null });
      ledger.must(holdOf("rew_coffee"));
      ledger.must({ type: "capture", hold: ledger.state.seq });
    }
    expect(merged(giver, receiver).refuses(holdOf("rew_coffee"))).toEqual({
      code: "reward_limit_reached",
      reward: "rew_coffee",
      max: 2,
      period: "day",
    });
    expect(receiver.state.redeemed?.["rew_coffee"]?.total).toBe(2);
  });

  test("counts an issued reward that goes along once, and no more when it is cancelled", () => {
    const [giver, receiver] = both(program({ rewards: [reward({ limit: { total: 2 } })] }));
    giver.must({ type: "gift", unit: "points", amount: 50, card_no: null });
    giver.must({ type: "issue", origin: "claim", reward: "rew_coffee", expires_on: null, card_no: null });
    merged(giver, receiver);
    expect(receiver.state.redeemed?.["rew_coffee"]?.total).toBe(1);
    const [key = ""] = Object.keys(receiver.state.issued ?? {});
    receiver.must({ type: "cancel_issue", issue: key });
    expect(receiver.state.redeemed?.["rew_coffee"]?.total).toBe(0);
  });

  test("a promotion's uses and an action that is given once go along", () => {
    const rewritten = program({
      promotions: [
        {
          id: "prm_more",
          name: { en: "more" },
          gives: { kind: "addition", unit: "points", give: 5 },
          counts_for_tier: false,
          per_member: 1,
        },
      ],
      actions: [{ id: "act_survey", kind: "survey", name: { en: "survey" }, give: 7, each: "once" }],
    });
    const [giver, receiver] = both(rewritten);
    const action = { type: "action", action: "act_survey", subject: null, card_no: null } as const;
    giver.must(sale(100));
    giver.must(action);
    merged(giver, receiver);
    expect(receiver.available()).toBe(1 + 5 + 7);
    receiver.must(sale(100, { receipt: "R2" }));
    expect(receiver.available()).toBe(1 + 5 + 7 + 1);
    expect(receiver.refuses(action).code).toBe("action_already_given");
  });
});

describe("a return of a sale in an account that went up in this one", () => {
  const claimed = () => {
    const giver = new Ledger(rules);
    const sold = giver.must(sale([units("latte", 4, 2000)]));
    if (sold.type !== "sale") throw new Error("not a sale");
    const { estate } = handOver(giver.state);
    const receiver = new Ledger(rules);
    const planned = must(receiver.state, { type: "absorb", from: "r1", reason: "claim", estate });
    receiver.take(planned);
    return { receiver, foreign: { origin: "r1", sale: sold, last_return: null } };
  };

  test("takes back here what was earned there, half by half as in one go", () => {
    const { receiver, foreign } = claimed();
    expect(receiver.balances()).toEqual({ points: 20, "stamps:stc_coffee": 4 });
    const half = {
      ...refund(1, [{ line: "latte", sku: null, quantity_milli: 2000, amount: null }], "A"),
      sale: foreign,
    };
    receiver.must(half);
    expect(receiver.balances()).toEqual({ points: 10, "stamps:stc_coffee": 2 });
    receiver.must({ ...refund(1, "all", "B"), sale: foreign });
    expect(receiver.balances()).toEqual({});
    expect(receiver.refuses({ ...refund(1, "all", "C"), sale: foreign })).toEqual({ code: "already_returned" });
  });

  test("is not mixed up with a sale of its own at the same place", () => {
    const { receiver, foreign } = claimed();
    const own = receiver.must(sale(500));
    receiver.must({ ...refund(1, "all", "A"), sale: { ...foreign, sale: { ...foreign.sale, seq: own.seq } } });
    receiver.must(refund(own.seq, "all", "B"));
    expect(receiver.balances()).toEqual({});
  });
});
