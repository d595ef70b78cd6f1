import { describe, expect, test } from "vitest";
import { challengesOf } from "../../../src/domain/ledger/challenge-view.ts";
import { explainChallenge } from "../../../src/domain/ledger/explain-challenge.ts";
import { openIssues } from "../../../src/domain/ledger/issued.ts";
import { planEstate } from "../../../src/domain/ledger/plan-estate.ts";
import type { AccountState } from "../../../src/domain/ledger/state.ts";
import { localDate } from "../../../src/domain/time/local-date.ts";
import { DAY_MS, NOW_MS } from "../support/clock.ts";
import { byLine, holdOf, line, refund, sale, units } from "../support/commands.ts";
import { balancesOf, Ledger } from "../support/ledger.ts";
import { program, type ProgramInput, reward } from "../support/program.ts";

type ChallengeInput = NonNullable<ProgramInput["challenges"]>[number];

const BONUS = { kind: "units", unit: "points", give: 50 } as const;

function rules(changes: Partial<ChallengeInput> = {}, more: Partial<ProgramInput> = {}) {
  const challenge: ChallengeInput = {
    id: "chl_a",
    name: { nl: "Vijf keer", en: "Five times" },
    counts: { kind: "visits" },
    goal: 2,
    gives: BONUS,
    ...changes,
  };
  // One point per hundred euros: what the challenge gives is what there is.
  const earning = [{ id: "ear_spend", kind: "spend" as const, give: 1, per: 1_000_000 }];
  return program({ earning, rewards: [reward()], challenges: [challenge], ...more });
}

const ledgerOf = (changes: Partial<ChallengeInput> = {}, more: Partial<ProgramInput> = {}) =>
  new Ledger(rules(changes, more));

const noon = (date: string) => Date.parse(`${date}T10:00:00Z`);
let receipts = 0;

/** Sells on a day, now or late; gives the sequence of the sale. */
function sellOn(ledger: Ledger, date: string, what: Parameters<typeof sale>[0] = 500): number {
  receipts += 1;
  ledger.now_ms = Math.max(ledger.now_ms, noon(date));
  return ledger.must(sale(what, { receipt: `C${receipts}`, business_date: date, occurred_at_ms: noon(date) })).seq;
}

const views = (ledger: Ledger, at_ms = ledger.now_ms) =>
  challengesOf(ledger.state, ledger.programs.get(Math.max(...ledger.programs.keys())) ?? rules(), at_ms);
const progress = (ledger: Ledger) => views(ledger)[0]?.progress;

describe("what a challenge counts", () => {
  const latte = (count: number, id = "latte") => units(id, count, count * 100, { category: "coffee" });
  const table: [what: string, Partial<ChallengeInput>, Parameters<typeof sale>[0][], expected: number[]][] = [
    ["visits, whatever they cost", { goal: 3 }, [500, 1], [1, 2]],
    ["no visit below the minimum", { goal: 3, minimum_spend: 500 }, [499, 500], [0, 1]],
    ["no visit that cost nothing", { goal: 3 }, [0, [line("a", 0)]], [0, 0]],
    [
      "whole units of an item, over sales",
      { counts: { kind: "items" }, goal: 9, only: { skus: ["latte"] } },
      [[latte(2), latte(1, "tea")], [latte(3)]],
      [2, 5],
    ],
    [
      "units in a category but not one of them",
      { counts: { kind: "items" }, goal: 9, only: { categories: ["coffee"] }, except: { skus: ["tea"] } },
      [[latte(2), latte(5, "tea")]],
      [2],
    ],
    ["no half units", { counts: { kind: "items" }, goal: 9 }, [[line("a", 90, { quantity_milli: 900 })]], [0]],
    ["money, up to the goal", { counts: { kind: "spend" }, goal: 800 }, [500, 400], [500, 800]],
    [
      "different items once each",
      { counts: { kind: "distinct", of: "sku" }, goal: 3 },
      [[latte(2), latte(1, "tea")], [latte(1)], [latte(1, "mocha")]],
      [2, 2, 3],
    ],
    [
      "different categories, and nothing without one",
      { counts: { kind: "distinct", of: "category" }, goal: 3 },
      [[latte(1), units("bun", 1, 100, { category: "food" })], 300],
      [2, 2],
    ],
    ["different days, once however often", { counts: { kind: "distinct", of: "day" }, goal: 3 }, [500, 500], [1, 1]],
  ];
  test.each(table)("%s", (_what, changes, sales, expected) => {
    const ledger = ledgerOf(changes);
    const seen = sales.map((what) => {
      sellOn(ledger, "2026-06-16", what);
      return progress(ledger);
    });
    expect(seen).toEqual(expected);
  });

  test("nothing paid in another currency, nor while earning is paused", () => {
    const ledger = ledgerOf();
    ledger.must(sale(500, { receipt: "USD", currency: "USD" }));
    ledger.must(sale(500, { receipt: "P", earning_paused: true }));
    expect(progress(ledger)).toBe(0);
  });
});

describe("within which time", () => {
  type Day = readonly [date: string, points: number];
  const table: [what: string, Partial<ChallengeInput>, Day[]][] = [
    [
      "once, ever",
      {},
      [
        ["2026-06-16", 0],
        ["2026-06-17", 50],
        ["2026-06-18", 50],
        ["2026-06-19", 50],
      ],
    ],
    [
      "from the first day to the last, both included",
      { from: "2026-06-17", until: "2026-06-30" },
      [
        ["2026-06-16", 0],
        ["2026-06-17", 0],
        ["2026-06-30", 50],
      ],
    ],
    [
      "not after the last day",
      { until: "2026-06-30" },
      [
        ["2026-06-30", 0],
        ["2026-07-01", 0],
      ],
    ],
    [
      "once each week, from Monday",
      { window: { kind: "week" } },
      [
        ["2026-06-21", 0],
        ["2026-06-22", 0],
        ["2026-06-28", 50],
        ["2026-06-29", 50],
        ["2026-07-05", 100],
      ],
    ],
    [
      "once each month",
      { window: { kind: "month" } },
      [
        ["2026-06-29", 0],
        ["2026-06-30", 50],
        ["2026-07-01", 50],
        ["2026-07-02", 100],
      ],
    ],
    [
      "once each year",
      { window: { kind: "year" } },
      [
        ["2026-12-30", 0],
        ["2026-12-31", 50],
        ["2027-01-01", 50],
      ],
    ],
    [
      "in three days from the first, the last one included",
      { window: { kind: "days", days: 3 } },
      [
        ["2026-06-16", 0],
        ["2026-06-18", 50],
        ["2026-06-19", 50],
      ],
    ],
    [
      "in three days that are over: the next sale begins anew",
      { window: { kind: "days", days: 3 } },
      [
        ["2026-06-16", 0],
        ["2026-06-19", 0],
        ["2026-06-21", 50],
      ],
    ],
    [
      "again, in a later time",
      { window: { kind: "days", days: 3, again: true } },
      [
        ["2026-06-16", 0],
        ["2026-06-17", 50],
        ["2026-06-18", 50],
        ["2026-06-19", 50],
        ["2026-06-20", 100],
      ],
    ],
    [
      "over a leap day",
      { window: { kind: "days", days: 2 } },
      [
        ["2028-02-28", 0],
        ["2028-02-29", 50],
      ],
    ],
  ];
  test.each(table)("%s", (_what, changes, days) => {
    const ledger = ledgerOf(changes);
    const seen = days.map(([date]) => {
      sellOn(ledger, date);
      return [date, ledger.available()];
    });
    expect(seen).toEqual(days);
  });

  test("a late sale counts on the day it occurred, and completes last month's", () => {
    const ledger = ledgerOf({ window: { kind: "month" } });
    sellOn(ledger, "2026-06-29");
    sellOn(ledger, "2026-07-01");
    sellOn(ledger, "2026-06-30");
    expect(ledger.available()).toBe(50);
    expect(views(ledger)).toMatchObject([{ progress: 1, ends_on: "2026-07-31", completed_at_ms: null }]);
  });

  test("a late sale that was the first one begins the time", () => {
    const ledger = ledgerOf({ goal: 3, window: { kind: "days", days: 3 } });
    sellOn(ledger, "2026-06-17");
    sellOn(ledger, "2026-06-16");
    expect(views(ledger)).toMatchObject([{ progress: 2, ends_on: "2026-06-18" }]);
    sellOn(ledger, "2026-06-19");
    expect(progress(ledger)).toBe(1);
  });

  test("a late sale too early to be the first one has a time of its own", () => {
    const ledger = ledgerOf({ goal: 3, window: { kind: "days", days: 3, again: true } });
    sellOn(ledger, "2026-06-20");
    sellOn(ledger, "2026-06-22");
    sellOn(ledger, "2026-06-19");
    expect(views(ledger)).toMatchObject([{ progress: 2, ends_on: "2026-06-22" }]);
  });

  test("the day is the programme's: a minute before and after midnight in Amsterdam", () => {
    const ledger = ledgerOf({ window: { kind: "month" } });
    const at = (iso: string) => ledger.must(sale(500, { receipt: iso, occurred_at_ms: Date.parse(iso) }));
    ledger.now_ms = Date.parse("2026-07-01T12:00:00Z");
    at("2026-06-30T21:59:00Z");
    at("2026-06-30T22:00:00Z");
    expect(ledger.available()).toBe(0);
  });
});

describe("the bonus", () => {
  test("is a reward, valid as long as the challenge says", () => {
    const ledger = ledgerOf({ gives: { kind: "reward", reward: "rew_coffee", valid_for: { days: 14 } } });
    sellOn(ledger, "2026-06-16");
    sellOn(ledger, "2026-06-17");
    expect(openIssues(ledger.state)).toMatchObject([
      { reward: "rew_coffee", origin: "challenge", expires_on: "2026-07-01" },
    ]);
  });

  test("counts for the level only when the challenge says so", () => {
    const levels = [{ id: "tir_a", name: { en: "A" }, from: 50 }];
    const tiers = { basis: "points" as const, window: { kind: "calendar_year" as const }, levels };
    const counted = [true, false].map((counts_for_tier) => {
      const ledger = ledgerOf({ counts_for_tier }, { tiers });
      sellOn(ledger, "2026-06-16");
      const seq = sellOn(ledger, "2026-06-17");
      const reached = ledger.state.meters?.["tier:points"]?.["2026-06"] ?? 0;
      ledger.must(refund(seq, "all"));
      return [reached, ledger.state.meters?.["tier:points"]?.["2026-06"] ?? 0];
    });
    expect(counted).toEqual([
      [50, 0],
      [0, 0],
    ]);
  });

  test("is for those it is for", () => {
    const ledger = ledgerOf({ segment: { joined_within_days: 2 } });
    sellOn(ledger, "2026-06-16");
    sellOn(ledger, "2026-06-19");
    expect(ledger.available()).toBe(0);
    expect(views(ledger)).toMatchObject([{ progress: 1 }]);
    expect(views(ledgerOf({ segment: { not_seen_days: 2 } }))).toEqual([]);
  });

  test("is explained in both languages", () => {
    const ledger = ledgerOf();
    const first = ledger.must(sale(500));
    const second = ledger.must(sale(500, { receipt: "R2" }));
    const step = (body: typeof first) => (body.type === "sale" ? body.challenges?.[0] : undefined);
    const reader = { currency: "EUR", unitName: () => null };
    const texts = [first, second].flatMap((body) => {
      const moved = step(body);
      return moved === undefined
        ? []
        : (["nl", "en"] as const).map((locale) => explainChallenge({ ...reader, locale }, moved));
    });
    expect(texts).toEqual([
      "Vijf keer: 1 van 2 bezoeken",
      "Five times: 1 of 2 visits",
      "Vijf keer: gehaald",
      "Five times: reached",
    ]);
  });
});

describe("a return", () => {
  test("that drops below the goal takes the bonus back, and the next sale gives it again", () => {
    const ledger = ledgerOf();
    sellOn(ledger, "2026-06-16");
    const seq = sellOn(ledger, "2026-06-16");
    ledger.must(refund(seq, "all"));
    expect([ledger.available(), progress(ledger)]).toEqual([0, 1]);
    sellOn(ledger, "2026-06-17");
    expect([ledger.available(), progress(ledger)]).toEqual([50, 2]);
  });

  test("that stays at the goal takes nothing", () => {
    const ledger = ledgerOf();
    const seqs = [sellOn(ledger, "2026-06-16"), sellOn(ledger, "2026-06-16"), sellOn(ledger, "2026-06-16")];
    ledger.must(refund(seqs[0] ?? 0, "all"));
    expect([ledger.available(), progress(ledger)]).toEqual([50, 2]);
    ledger.must(refund(seqs[1] ?? 0, "all", "T2"));
    expect([ledger.available(), progress(ledger)]).toEqual([0, 1]);
  });

  test("of units one by one takes what one return of all takes", () => {
    const sold = [units("latte", 3, 900)];
    const ends = [[byLine("latte", 3)], [byLine("latte", 1), byLine("latte", 2)]].map((backs) => {
      const ledger = ledgerOf({ counts: { kind: "items" }, goal: 5 });
      sellOn(ledger, "2026-06-16", [units("latte", 2, 600)]);
      const seq = sellOn(ledger, "2026-06-16", sold);
      backs.forEach((back, index) => ledger.must(refund(seq, [back], `T${index}`)));
      return [ledger.balances(), ledger.state.challenges];
    });
    expect(ends[0]).toEqual(ends[1]);
    expect(ends[0]?.[0]).toEqual({});
  });

  test("of part of a basket that counts for more again, and then of the rest, takes what the sale had counted for", () => {
    const ledger = ledgerOf({ counts: { kind: "spend" }, goal: 5000 });
    sellOn(ledger, "2026-07-01", 500);
    const discount = line("off", -1000, { kind: "discount" });
    const seq = sellOn(ledger, "2026-07-02", [line("a", 1000), line("b", 1000), discount]);
    const steps = ["a", "off", "b"].map((id) => {
      ledger.must(refund(seq, [byLine(id)], id));
      return progress(ledger);
    });
    expect(steps).toEqual([500, 1500, 500]);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test("takes as many rewards back that came by themselves as what was earned and the bonus need together", () => {
    const earning = [{ id: "ear_visit", kind: "visit" as const, give: 6 }];
    const gives = { kind: "units", unit: "points", give: 6 } as const;
    const ledger = ledgerOf({ goal: 1, gives }, { earning });
    const seq = sellOn(ledger, "2026-06-16");
    const automatic = reward({ cost: { unit: "points", amount: 6 }, automatic: true });
    ledger.publish(program({ earning, rewards: [automatic] }, 2));
    ledger.must({ type: "gift", unit: "points", amount: 1, card_no: null });
    expect([openIssues(ledger.state).length, ledger.available()]).toEqual([2, 1]);
    expect(ledger.must(refund(seq, "all"))).toMatchObject({
      written_off: [],
      challenges: [{ taken: { written_off: 0 } }],
    });
    expect([openIssues(ledger.state).length, ledger.available()]).toEqual([0, 1]);
  });

  test("is computed by the rules of the sale's day, not by today's", () => {
    const ledger = ledgerOf();
    sellOn(ledger, "2026-06-16");
    const seq = sellOn(ledger, "2026-06-16");
    const dearer = rules({ goal: 9, gives: { ...BONUS, give: 7 } });
    ledger.publish({ ...dearer, version: 2 });
    ledger.must(refund(seq, "all"));
    expect(ledger.available()).toBe(0);
  });

  const policies: ["clamp" | "debt" | "pending_only", number][] = [
    ["clamp", 0],
    ["debt", -20],
    ["pending_only", 30],
  ];
  test.each(policies)("of a bonus that was partly spent, under %s: %i", (spent_points, left) => {
    const ledger = ledgerOf({}, { returns: { spent_points } });
    sellOn(ledger, "2026-06-16");
    const seq = sellOn(ledger, "2026-06-16");
    ledger.must({ type: "adjustment", unit: "points", delta: -20, card_no: null });
    const body = ledger.must(refund(seq, "all"));
    expect(ledger.available()).toBe(left);
    expect(body).toMatchObject({ written_off: [] });
  });

  test("takes an unused reward back; a used one stays, and is not given again", () => {
    const gives = { kind: "reward", reward: "rew_coffee" } as const;
    const [unused, used] = [ledgerOf({ gives }), ledgerOf({ gives })].map((ledger) => {
      sellOn(ledger, "2026-06-16");
      return { ledger, seq: sellOn(ledger, "2026-06-16") };
    });
    unused?.ledger.must(refund(unused.seq, "all"));
    expect(unused === undefined ? null : openIssues(unused.ledger.state)).toEqual([]);

    if (used === undefined) throw new Error("there are two");
    const hold = used.ledger.must({ ...holdOf("rew_coffee"), ask: { issue: `${used.seq}.0` } });
    used.ledger.must({ type: "capture", hold: hold.seq });
    used.ledger.must(refund(used.seq, "all"));
    sellOn(used.ledger, "2026-06-17");
    expect(openIssues(used.ledger.state)).toEqual([]);
  });
});

describe("two accounts that become one", () => {
  const stamp = {
    now_ms: NOW_MS,
    by: { kind: "system", job: "registry" } as const,
    request_hash: null,
    note_digest: null,
    clock_offset_ms: 0,
    program: null,
    timezone: null,
  };

  function merged(giver: Ledger, receiver: Ledger): AccountState {
    const gone = planEstate(giver.state, { type: "hand_over", to: "m2", reason: "merge" }, stamp);
    const body = gone.ok ? gone.value.bookings[0]?.body : undefined;
    if (body?.type !== "handed_over") throw new Error("nothing was handed over");
    const { estate } = body;
    const taken = planEstate(receiver.state, { type: "absorb", from: "m1", reason: "merge", estate }, stamp);
    if (!taken.ok) throw new Error(taken.error.code);
    return taken.value.state;
  }

  test("have done together what each had done, and the next sale gives the bonus", () => {
    const [giver, receiver] = [ledgerOf({ goal: 3 }), ledgerOf({ goal: 3 })];
    sellOn(giver, "2026-06-16");
    sellOn(receiver, "2026-06-16");
    receiver.state = merged(giver, receiver);
    expect(progress(receiver)).toBe(2);
    expect(balancesOf(receiver.state)).toEqual({});
    sellOn(receiver, "2026-06-17");
    expect(balancesOf(receiver.state)).toEqual({ points: 50 });
  });

  test.each([
    ["the next sale that counts gives it", "2026-06-21", { points: 50 }],
    ["one after the window does not", "2026-06-22", {}],
  ])("that only together reach the goal are given nothing by the merge: %s", (_what, day, balances) => {
    const week = { goal: 2, window: { kind: "week" } } as const;
    const [giver, receiver] = [ledgerOf(week), ledgerOf(week)];
    sellOn(giver, "2026-06-16");
    sellOn(receiver, "2026-06-16");
    receiver.state = merged(giver, receiver);
    expect([progress(receiver), balancesOf(receiver.state)]).toEqual([2, {}]);
    sellOn(receiver, day);
    expect(balancesOf(receiver.state)).toEqual(balances);
  });

  test("keep one goal where both had reached it, and both bonuses", () => {
    const [giver, receiver] = [ledgerOf(), ledgerOf()];
    for (const ledger of [giver, receiver, giver, receiver]) sellOn(ledger, "2026-06-16");
    const state = merged(giver, receiver);
    expect(balancesOf(state)).toEqual({ points: 100 });
    expect(Object.keys(state.challenges?.["chl_a:visits"] ?? {})).toEqual(["all"]);
  });

  test("bring the reward along under its new name, so that a return still finds it", () => {
    const gives = { kind: "reward", reward: "rew_coffee" } as const;
    const giver = ledgerOf({ gives });
    sellOn(giver, "2026-06-16");
    sellOn(giver, "2026-06-16");
    const state = merged(giver, ledgerOf({ gives }));
    const [issue] = openIssues(state);
    expect(state.challenges?.["chl_a:visits"]?.["all"]?.done?.bonus).toEqual({
      kind: "reward",
      reward: "rew_coffee",
      issue: { seq: issue?.seq, index: issue?.index },
    });
  });

  test("with times that overlap have one time", () => {
    const window = { kind: "days", days: 3 } as const;
    const [giver, receiver] = [ledgerOf({ goal: 5, window }), ledgerOf({ goal: 5, window })];
    sellOn(giver, "2026-06-16");
    sellOn(receiver, "2026-06-17");
    const state = merged(giver, receiver);
    expect(state.challenges?.["chl_a:visits"]).toEqual({
      "2026-06-17": { from: "2026-06-16", until: "2026-06-19", last: "2026-06-17", counted: 2 },
    });
  });

  test.each([
    ["a week and then a month", ["week", "month"], "2026-06"],
    ["a month and then a year", ["month", "year"], "2026"],
  ] as const)("with periods that overlap, %s, count in the one that began first", (_what, [first, second], key) => {
    const by = (kind: "week" | "month" | "year") => rules({ goal: 9, window: { kind } });
    const giver = new Ledger(by(first));
    sellOn(giver, "2026-06-16");
    giver.publish({ ...by(second), version: 2 });
    sellOn(giver, "2026-06-17");
    const state = merged(giver, ledgerOf({ goal: 9 }));
    const windows = Object.entries(state.challenges?.["chl_a:visits"] ?? {});
    expect(windows.map(([at, { counted }]) => [at, counted])).toEqual([[key, 2]]);
  });
});

test("many months leave no more than a few behind", () => {
  const ledger = ledgerOf({ window: { kind: "week" } });
  for (let week = 0; week < 20; week += 1) {
    sellOn(ledger, localDate(NOW_MS + week * 7 * DAY_MS, "UTC"));
  }
  expect(Object.keys(ledger.state.challenges?.["chl_a:visits"] ?? {})).toHaveLength(6);
});
