import { describe, expect, test } from "vitest";
import type { BookingBody } from "../../../src/domain/ledger/booking.ts";
import type { EstateCommand, HoldCommand } from "../../../src/domain/ledger/command.ts";
import { settle } from "../../../src/domain/ledger/due.ts";
import { explainCoupon, explainReturnedCoupon, type Reader } from "../../../src/domain/ledger/explain.ts";
import { openIssues } from "../../../src/domain/ledger/issued.ts";
import type { Plan } from "../../../src/domain/ledger/plan.ts";
import { planEstate } from "../../../src/domain/ledger/plan-estate.ts";
import type { AccountState } from "../../../src/domain/ledger/state.ts";
import { rewardsOf } from "../../../src/domain/ledger/view.ts";
import { parseProgramDocument } from "../../../src/domain/program/document.ts";
import { DAY_MS, MINUTE_MS, NOW_MS } from "../support/clock.ts";
import { adjust, byLine, holdOf, line, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { program, type ProgramInput, programInput } from "../support/program.ts";

type Rewards = NonNullable<ProgramInput["rewards"]>;
type Promotions = NonNullable<ProgramInput["promotions"]>;

const rewards: Rewards = [
  {
    id: "rew_next",
    name: { nl: "10 % korting", en: "10% off" },
    effect: { kind: "percent_off", percent: 10 },
    valid_for: { days: 30 },
  },
  {
    id: "rew_next_large",
    name: { nl: "20 % korting", en: "20% off" },
    effect: { kind: "percent_off", percent: 20 },
    valid_for: { days: 30 },
  },
];
const next: Promotions[number] = {
  id: "prm_next",
  name: { nl: "Tot ziens", en: "See you" },
  minimum_spend: 2000,
  gives: { kind: "issue", reward: "rew_next" },
};
const large: Promotions[number] = {
  ...next,
  id: "prm_large",
  minimum_spend: 5000,
  gives: { kind: "issue", reward: "rew_next_large" },
};

/** A programme that gives nothing but coupons; an account's first sale is booking 2. */
function ledgerWith(...promotions: Promotions): Ledger {
  return new Ledger(program({ earning: [], rewards, promotions }));
}

const redeem = (issue: string): HoldCommand => ({ ...holdOf("rew_next"), ask: { issue } });

/** Open coupons a read at this moment shows: which, and until when. */
function open(ledger: Ledger): (readonly [string, string | null])[] {
  return openIssues(settle(ledger.state, ledger.now_ms).state).map(({ reward, expires_on }) => [reward, expires_on]);
}

function returned(body: BookingBody) {
  if (body.type !== "return") throw new Error(`a ${body.type} is no return`);
  return body.coupon;
}

/** A step of one account going up in another. */
function moved(state: AccountState, command: EstateCommand): Plan {
  const by = { kind: "system", job: "registry" } as const;
  const nothing = { request_hash: null, note_digest: null, program: null, timezone: null };
  const planned = planEstate(state, command, { now_ms: NOW_MS, by, clock_offset_ms: 0, ...nothing });
  if (!planned.ok) throw new Error(planned.error.code);
  return planned.value;
}

const reader = (locale: "nl" | "en"): Reader => ({ locale, currency: "EUR", unitName: () => null });

describe("a coupon for the next visit", () => {
  test.each([
    ["a cent below the minimum gives none", 1999, []],
    ["the minimum gives one", 2000, [["rew_next", "2026-07-16"]]],
    ["a large sale gives one as well", 9000, [["rew_next", "2026-07-16"]]],
    ["nothing gives none", 0, []],
  ])("%s", (_what, total, expected) => {
    const ledger = ledgerWith(next);
    ledger.must(sale(total));
    expect(open(ledger)).toEqual(expected);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test("is said in both languages, with its last day", () => {
    const coupon = { what: { nl: "10 % korting", en: "10% off" }, expires_on: "2026-07-16" };
    expect(explainCoupon(reader("nl"), coupon)).toBe("10 % korting: voor een volgend bezoek, tot en met 16 juli 2026");
    expect(explainCoupon(reader("en"), coupon)).toBe("10% off: for another visit, until 16 July 2026 included");
  });

  test("is not there before its sale, so never in it, and is used once in a later one", () => {
    const ledger = ledgerWith(next);
    expect(ledger.refuses(redeem("3.0"))).toEqual({ code: "issue_gone" });
    // The refusal was booked too, so the sale is booking 3.
    ledger.must(sale(2000));
    ledger.must(redeem("3.0"));
    const used = ledger.must(sale(1800, { receipt: "R2", holds: [4] }));
    expect(used).toMatchObject({ captures: [{ reward: "rew_next", effect: { discount: 180 } }] });
    expect(open(ledger)).toEqual([]);
  });

  test("cannot be bought and stands in no list of rewards", () => {
    const ledger = ledgerWith(next);
    ledger.must(adjust(1000));
    expect(ledger.refuses(holdOf("rew_next"))).toEqual({ code: "reward_only_issued", reward: "rew_next" });
    const claim = { type: "issue", origin: "claim", reward: "rew_next", expires_on: null, card_no: null } as const;
    expect(ledger.refuses(claim)).toEqual({ code: "reward_only_issued", reward: "rew_next" });
    const rules = ledger.programs.get(1);
    expect(rules === undefined ? null : rewardsOf(ledger.state, rules, NOW_MS)).toEqual([]);
    ledger.must({ ...claim, origin: "gift" });
    expect(open(ledger)).toHaveLength(1);
  });

  test("of several promotions the one that asks for the largest basket gives its coupon, and one only", () => {
    const ledger = ledgerWith(next, large);
    ledger.must(sale(4999, { receipt: "R1" }));
    ledger.must(sale(5000, { receipt: "R2" }));
    expect(open(ledger).map(([reward]) => reward)).toEqual(["rew_next", "rew_next_large"]);
  });

  test("comes so often per member, and a return makes room again", () => {
    const ledger = ledgerWith({ ...next, per_member: 1 });
    ledger.must(sale(2000, { receipt: "R1" }));
    ledger.must(sale(2000, { receipt: "R2" }));
    expect(open(ledger)).toHaveLength(1);
    ledger.must(refund(2, "all"));
    ledger.must(sale(2000, { receipt: "R3" }));
    expect(open(ledger)).toHaveLength(1);
  });

  test.each([
    ["on its last day, in its last minute", 30 * DAY_MS + 11 * 3_600_000, true],
    ["the day after", 31 * DAY_MS, false],
  ])("%s", (_when, later_ms, there) => {
    const ledger = ledgerWith(next);
    ledger.must(sale(2000));
    ledger.now_ms += later_ms;
    expect(open(ledger)).toHaveLength(there ? 1 : 0);
    const planned = ledger.run(redeem("2.0"));
    expect(planned.ok).toBe(there);
  });

  test("of a sale that comes late is counted from the day of the sale", () => {
    const ledger = ledgerWith(next);
    ledger.must(sale(2000, { occurred_at_ms: NOW_MS - 6 * DAY_MS }));
    expect(open(ledger)).toEqual([["rew_next", "2026-07-10"]]);
  });

  test.each([
    ["in another currency", { currency: "USD" }],
    ["while earning is paused", { earning_paused: true }],
  ])("a sale %s gives none", (_how, changes) => {
    const ledger = ledgerWith(next);
    ledger.must(sale(2000, changes));
    expect(open(ledger)).toEqual([]);
  });
});

describe("a return of the sale that gave a coupon", () => {
  test("takes back one that was not used, and says so", () => {
    const ledger = ledgerWith(next);
    ledger.must(sale(2000));
    const coupon = returned(ledger.must(refund(2, "all")));
    expect(open(ledger)).toEqual([]);
    expect(explainReturnedCoupon(reader("nl"), coupon)).toBe(
      "10 % korting ingetrokken, omdat de aankoop is geretourneerd",
    );
    expect(explainReturnedCoupon(reader("en"), coupon)).toBe("10% off was taken back, because the sale was returned");
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test.each(["used", "over"])("leaves one that is %s as it is, and says so", (how) => {
    const ledger = ledgerWith(next);
    ledger.must(sale(2000, { receipt: "gives" }));
    if (how !== "over") ledger.must(redeem("2.0"));
    if (how === "used") ledger.must(sale(100, { receipt: "uses", holds: [3] }));
    if (how === "over") ledger.now_ms += 31 * DAY_MS;
    const coupon = returned(ledger.must(refund(2, "all")));
    expect(coupon).toEqual({ promotion: "prm_next", gone: true });
    expect(explainReturnedCoupon(reader("en"), coupon)).toContain("stays as it is");
    expect(open(ledger)).toHaveLength(0);
  });

  test.each([
    ["is cancelled", 0],
    ["expires", 0],
    ["is captured by another sale", 0],
    ["is still open", 1],
  ])("one that an open redemption holds goes with it: the redemption %s", (how, left) => {
    const ledger = ledgerWith(next);
    ledger.must(sale(2000, { receipt: "gives" }));
    ledger.must(redeem("2.0"));
    const coupon = returned(ledger.must(refund(2, "all")));
    expect(coupon).toMatchObject({ promotion: null, recalled: { issue: "2.0" } });
    expect(explainReturnedCoupon(reader("en"), coupon)).toContain("if it is not, it lapses");
    expect(explainReturnedCoupon(reader("nl"), coupon)).toContain("vervalt hij");
    if (how === "is cancelled") ledger.must({ type: "cancel", hold: 3 });
    if (how === "expires") ledger.now_ms += 15 * MINUTE_MS;
    if (how === "is captured by another sale") ledger.must(sale(100, { receipt: "uses", holds: [3] }));
    expect(open(ledger)).toHaveLength(left);
    ledger.alarm();
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test.each([
    ["above the minimum keeps it", 2999, ["rew_next"]],
    ["below the minimum takes it back", 3001, []],
    ["of nothing keeps it", 0, ["rew_next"]],
  ])("in part, %s", (_what, amount, expected) => {
    const ledger = ledgerWith(next);
    ledger.must(sale(5000));
    ledger.must(refund(2, amount));
    expect(open(ledger).map(([reward]) => reward)).toEqual(expected);
  });

  test("that leaves the smaller basket gives the smaller coupon instead, with the same last day", () => {
    const ledger = ledgerWith(next, large);
    ledger.must(sale([line("a", 3000), line("b", 2000)]));
    ledger.now_ms += 5 * DAY_MS;
    ledger.must(refund(2, [byLine("b")], "T1"));
    expect(open(ledger)).toEqual([["rew_next", "2026-07-16"]]);
    ledger.must(refund(2, [byLine("a")], "T2"));
    expect(open(ledger)).toEqual([]);
  });

  test("takes back the coupon that came back with the sale it was used in", () => {
    const ledger = ledgerWith(next);
    ledger.must(sale(2000, { receipt: "gives" }));
    ledger.must(redeem("2.0"));
    ledger.must(sale(1000, { receipt: "uses", holds: [3] }));
    ledger.must(refund(4, "all", "T1"));
    expect(open(ledger)).toEqual([["rew_next", "2026-07-16"]]);
    ledger.must(refund(2, "all", "T2"));
    expect(open(ledger)).toEqual([]);
  });

  test("finds it in the account that the first one went up in", () => {
    const giver = ledgerWith(next);
    giver.must(sale(2000));
    const sold = giver.history.sale(2)?.sale;
    const left = moved(giver.state, { type: "hand_over", to: "m_heir", reason: "merge" });
    const body = left.bookings[0]?.body;
    if (sold === undefined || body?.type !== "handed_over") throw new Error("nothing was handed over");
    const heir = ledgerWith(next);
    heir.take(moved(heir.state, { type: "absorb", from: "m_giver", reason: "merge", estate: body.estate }));
    expect(open(heir)).toHaveLength(1);
    const foreign = { origin: "m_giver", sale: sold, last_return: null };
    heir.must({ type: "return", sale: foreign, request: { return_id: "T1", lines: null, total: null } });
    expect(open(heir)).toEqual([]);
  });
});

test.each<[string, Partial<ProgramInput>, string]>([
  ["a reward that there is not", { promotions: [next] }, "there is no reward rew_next"],
  [
    "a coupon that never ends",
    { promotions: [next], rewards: [{ id: "rew_next", name: { en: "x" }, effect: { kind: "product" } }] },
    "must say how long it is valid_for",
  ],
  [
    "a reward issued by itself without a cost",
    { rewards: [{ id: "rew_x", name: { en: "x" }, effect: { kind: "product" }, automatic: true }] },
    "needs a cost",
  ],
])("a document with %s is refused", (_what, changes, message) => {
  const parsed = parseProgramDocument(programInput(changes));
  expect(parsed.ok ? "" : parsed.error.map((issue) => issue.message).join()).toContain(message);
});
