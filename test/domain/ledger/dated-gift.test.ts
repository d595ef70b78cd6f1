import { describe, expect, test } from "vitest";
import { changedGiftDay } from "../../../src/domain/ledger/dated-gift.ts";
import { dueGifts, withGifts } from "../../../src/domain/ledger/decide/dated-gifts.ts";
import { explainEntry } from "../../../src/domain/ledger/explain.ts";
import { explainGifts } from "../../../src/domain/ledger/explain-gift.ts";
import { issueKey, openIssues } from "../../../src/domain/ledger/issued.ts";
import { planEstate } from "../../../src/domain/ledger/plan-estate.ts";
import { parseProgramDocument } from "../../../src/domain/program/document.ts";
import { issuesOf } from "../../../src/domain/ledger/view.ts";
import { DAY_MS, NOW_MS } from "../support/clock.ts";
import { holdOf, sale } from "../support/commands.ts";
import { balancesOf, Ledger } from "../support/ledger.ts";
import { program, type ProgramInput, programInput, reward } from "../support/program.ts";

type GiftInput = NonNullable<ProgramInput["dated_gifts"]>[number];

const noon = (date: string) => Date.parse(`${date}T10:00:00Z`);
let receipts = 0;

function ledgerOf(changes: Partial<GiftInput> = {}, more: Partial<ProgramInput> = {}): Ledger {
  const gift: GiftInput = {
    id: "gif_a",
    name: { nl: "Verjaardag", en: "Birthday" },
    on: { kind: "birthday" },
    gives: { kind: "units", give: 50 },
    ...changes,
  };
  const earning = [{ id: "ear_spend", kind: "spend" as const, give: 1, per: 1_000_000 }];
  return new Ledger(program({ earning, rewards: [reward()], dated_gifts: [gift], ...more }));
}

/** What the member tells of their birthday. */
function tell(ledger: Ledger, born_on: string | null): void {
  ledger.gift_day = changedGiftDay(ledger.state, ledger.gift_day, born_on);
}

/** Buys something on a day and gives the points there are then. */
function visit(ledger: Ledger, date: string): number {
  receipts += 1;
  ledger.now_ms = Math.max(ledger.now_ms, noon(date));
  ledger.must(sale(100, { receipt: `G${receipts}`, business_date: date, occurred_at_ms: noon(date) }));
  return ledger.available();
}

function shown(ledger: Ledger) {
  const rules = ledger.programs.get(1);
  if (rules === undefined) throw new Error("no programme");
  const { now_ms, gift_day, state } = ledger;
  return withGifts(state, dueGifts(state, rules, { now_ms, gift_day }), 1, now_ms);
}

// The account was opened on 16 June 2026.
describe("the day that is celebrated", () => {
  type Visits = readonly (readonly [date: string, points: number])[];
  const date = (day: string) => ({ kind: "date" as const, day });
  const window = { days_before: 7, days_after: 14 };
  const table: [what: string, born_on: string | null, changes: Partial<GiftInput>, visits: Visits][] = [
    [
      "a birthday",
      "09-01",
      {},
      [
        ["2026-08-31", 0],
        ["2026-09-01", 50],
        ["2026-09-01", 50],
      ],
    ],
    ["no birthday that nobody told", null, {}, [["2026-09-01", 0]]],
    [
      "a window that begins and ends",
      "09-08",
      window,
      [
        ["2026-08-31", 0],
        ["2026-09-01", 50],
        ["2026-09-22", 50],
      ],
    ],
    ["the last day of the window", "09-08", window, [["2026-09-22", 50]]],
    ["nothing after the window", "09-08", window, [["2026-09-23", 0]]],
    [
      "every year",
      "09-01",
      {},
      [
        ["2026-09-01", 50],
        ["2027-09-01", 100],
        ["2028-09-01", 150],
      ],
    ],
    [
      "late one year and early the next",
      "09-08",
      window,
      [
        ["2026-09-22", 50],
        ["2027-09-01", 100],
      ],
    ],
    [
      "once over New Year's Eve",
      "01-02",
      window,
      [
        ["2026-12-28", 50],
        ["2027-01-02", 50],
        ["2027-12-28", 100],
      ],
    ],
    [
      "29 February on the 28th in years without one",
      "02-29",
      {},
      [
        ["2027-02-28", 50],
        ["2027-03-01", 50],
      ],
    ],
    [
      "29 February on itself in a leap year",
      "02-29",
      {},
      [
        ["2028-02-28", 0],
        ["2028-02-29", 50],
      ],
    ],
    [
      "29 February every year",
      "02-29",
      {},
      [
        ["2027-02-28", 50],
        ["2028-02-29", 100],
        ["2029-02-28", 150],
      ],
    ],
    [
      "joining, from a year after",
      null,
      { on: { kind: "joined" } },
      [
        ["2026-06-16", 0],
        ["2027-06-16", 50],
      ],
    ],
    [
      "joining, with a window",
      null,
      { on: { kind: "joined" }, ...window },
      [
        ["2026-06-20", 0],
        ["2027-06-09", 50],
      ],
    ],
    [
      "a day of every year",
      null,
      { on: date("12-05") },
      [
        ["2026-12-04", 0],
        ["2026-12-05", 50],
        ["2027-12-05", 100],
      ],
    ],
    [
      "a leap day of every year",
      null,
      { on: date("02-29") },
      [
        ["2027-02-28", 50],
        ["2028-02-29", 100],
      ],
    ],
  ];
  test.each(table)("%s", (_what, born_on, changes, visits) => {
    const ledger = ledgerOf(changes);
    if (born_on !== null) tell(ledger, born_on);
    expect(visits.map(([day]) => [day, visit(ledger, day)])).toEqual(visits);
  });

  test("the day is the programme's: a minute before midnight in Amsterdam it has not begun", () => {
    const ledger = ledgerOf();
    tell(ledger, "09-01");
    ledger.now_ms = Date.parse("2026-08-31T21:59:00Z");
    expect(balancesOf(shown(ledger))).toEqual({});
    ledger.now_ms += 60_000;
    expect(balancesOf(shown(ledger))).toEqual({ points: 50 });
  });
});

describe("a birthday that moves", () => {
  test("brings no second gift within twelve months, however often", () => {
    const ledger = ledgerOf();
    tell(ledger, "07-01");
    expect(visit(ledger, "2026-07-01")).toBe(50);
    tell(ledger, "08-01");
    expect(visit(ledger, "2026-08-01")).toBe(50);
    tell(ledger, null);
    tell(ledger, "01-05");
    expect(visit(ledger, "2027-01-05")).toBe(50);
    tell(ledger, "06-30");
    expect(visit(ledger, "2027-06-30")).toBe(50);
    tell(ledger, "07-02");
    expect(visit(ledger, "2027-07-02")).toBe(100);
  });

  test("before the first gift is just another day", () => {
    const ledger = ledgerOf();
    tell(ledger, "07-01");
    tell(ledger, "08-01");
    expect(visit(ledger, "2026-08-01")).toBe(50);
  });

  test("told again as it was changes nothing", () => {
    const ledger = ledgerOf({ days_before: 7 });
    tell(ledger, "07-10");
    expect(visit(ledger, "2026-07-10")).toBe(50);
    tell(ledger, "07-10");
    expect(visit(ledger, "2027-07-03")).toBe(100);
  });
});

describe("what is given", () => {
  const gives = { kind: "reward", reward: "rew_coffee", valid_for: { days: 30 } } as const;

  test("shows before it is booked, under the name that it keeps, and can be redeemed at once", () => {
    const ledger = ledgerOf({ gives });
    tell(ledger, "09-01");
    ledger.now_ms = noon("2026-09-01");
    const [before] = issuesOf(shown(ledger));
    expect(before).toMatchObject({ reward: "rew_coffee", origin: "dated", expires_on: "2026-10-01" });
    if (before === undefined) throw new Error("there is a gift");

    const hold = ledger.must({ ...holdOf("rew_coffee"), ask: { issue: issueKey(before) } });
    expect(hold).toMatchObject({ type: "hold", gifts: [{ gift: "gif_a", year: 2026 }] });
    ledger.must({ type: "capture", hold: hold.seq });
    expect(openIssues(ledger.state)).toEqual([]);
    expect(issuesOf(shown(ledger))).toEqual([]);
  });

  test("can be taken back before anything was booked, and stays away", () => {
    const ledger = ledgerOf({ gives });
    tell(ledger, "09-01");
    ledger.now_ms = noon("2026-09-01");
    const [before] = issuesOf(shown(ledger));
    ledger.must({ type: "cancel_issue", issue: before === undefined ? "" : issueKey(before) });
    expect(issuesOf(shown(ledger))).toEqual([]);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test("is previewed as it is booked", () => {
    const ledger = ledgerOf({ gives });
    tell(ledger, "09-01");
    ledger.now_ms = noon("2026-09-01");
    const command = sale(100, { receipt: "P" });
    expect(ledger.preview(command)).toEqual(ledger.run(command));
  });

  test("can be spent at once, before what was earned, and does not wait", () => {
    const ledger = ledgerOf({}, { units: { points: { name: { en: "points" }, pending_days: 14 } } });
    tell(ledger, "09-01");
    visit(ledger, "2026-09-01");
    expect(ledger.state.units["points"]?.lots).toMatchObject([{ class: "granted", bucket: "available", amount: 50 }]);
  });

  test("pays what is owed first", () => {
    const ledger = ledgerOf(
      {},
      { returns: { spent_points: "debt" }, earning: [{ id: "ear_v", kind: "visit", give: 20 }] },
    );
    const sold = ledger.must(sale(500));
    ledger.must({ type: "adjustment", unit: "points", delta: -20, card_no: null });
    ledger.must({ type: "return", sale: { seq: sold.seq }, request: { return_id: "T", lines: null, total: null } });
    tell(ledger, "09-01");
    ledger.now_ms = noon("2026-09-01");
    ledger.must({ type: "adjustment", unit: "points", delta: 1, card_no: null });
    expect(ledger.available()).toBe(31);
  });

  test("counts for the level only when it says so", () => {
    const levels = [{ id: "tir_a", name: { en: "A" }, from: 50 }];
    const tiers = { basis: "points" as const, window: { kind: "calendar_year" as const }, levels };
    const counted = [true, false].map((counts_for_tier) => {
      const ledger = ledgerOf({ counts_for_tier }, { tiers });
      tell(ledger, "09-01");
      visit(ledger, "2026-09-01");
      return ledger.state.meters?.["tier:points"]?.["2026-09"] ?? 0;
    });
    expect(counted).toEqual([50, 0]);
  });

  test("is not for receipts that nobody has claimed, nor for somebody who leaves", () => {
    const rules = ledgerOf({ on: { kind: "date", day: "06-16" } }).programs.get(1);
    if (rules === undefined) throw new Error("no programme");
    const receipt = new Ledger(rules, "receipt");
    receipt.must(sale(100));
    expect(receipt.available()).toBe(0);
    expect(new Ledger(rules).must({ type: "erase" }).entries).toEqual([]);
  });

  test("is explained in both languages", () => {
    const units = ledgerOf();
    const given = ledgerOf({ gives });
    const texts = [units, given].flatMap((ledger) => {
      tell(ledger, "06-16");
      const body = ledger.must(sale(100));
      return (["nl", "en"] as const).flatMap((locale) => {
        const reader = { locale, currency: "EUR", unitName: () => ({ nl: "punten", en: "points" }) };
        return [...body.entries.map((entry) => explainEntry(reader, entry)), ...explainGifts(reader, body)];
      });
    });
    expect(texts).toEqual([
      "+50 punten: cadeau: Verjaardag",
      "+50 points: a gift: Birthday",
      "Cadeau (Verjaardag): Gratis koffie",
      "A gift (Birthday): Free coffee",
    ]);
  });

  test("leaves no birthday in any booking", () => {
    const ledger = ledgerOf({ days_before: 20, gives });
    tell(ledger, "07-04");
    ledger.must(sale(100));
    expect(ledger.bodies.at(-1)?.gifts).toHaveLength(1);
    expect(JSON.stringify(ledger.bodies)).not.toContain("07-04");
    expect(JSON.stringify(ledger.state)).not.toContain("07-04");
  });
});

describe("a gift for some", () => {
  const on = { kind: "date", day: "06-20" } as const;
  const levels = [{ id: "tir_gold", name: { en: "gold" }, from: 100 }];
  const tiers = { basis: "spend", window: { kind: "calendar_year" }, levels } as const;
  const table: [what: string, segment: NonNullable<GiftInput["segment"]>, before: number, points: number][] = [
    ["a level that the member has", { tiers: ["tir_gold"] }, 100, 50],
    ["a level that is a cent away", { tiers: ["tir_gold"] }, 99, 0],
    ["who joined four days ago, the last day", { joined_within_days: 5 }, 100, 50],
    ["who joined three days ago at most", { joined_within_days: 4 }, 100, 0],
    ["who was not seen for four days, just", { not_seen_days: 4 }, 100, 50],
    ["who was not seen for five days", { not_seen_days: 5 }, 100, 0],
    ["both at once", { tiers: ["tir_gold"], not_seen_days: 5 }, 100, 0],
  ];
  test.each(table)("%s", (_what, segment, before, points) => {
    const ledger = ledgerOf({ on, segment }, { tiers });
    ledger.must(sale(before, { receipt: "before" }));
    ledger.now_ms = NOW_MS + 4 * DAY_MS;
    expect(balancesOf(shown(ledger))["points"] ?? 0).toBe(points);
    ledger.must(sale(1, { receipt: "on the day", occurred_at_ms: ledger.now_ms }));
    expect(ledger.available()).toBe(points);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test("comes with the booking after the one that brings the member in", () => {
    const ledger = ledgerOf({ on: { kind: "date", day: "06-16" }, segment: { tiers: ["tir_gold"] } }, { tiers });
    ledger.must(sale(100, { receipt: "reaches it" }));
    expect([ledger.available(), balancesOf(shown(ledger))["points"]]).toEqual([0, 50]);
    ledger.must(sale(1, { receipt: "next" }));
    expect(ledger.available()).toBe(50);
  });

  test("cannot name a level that there is not", () => {
    const gift = {
      id: "gif_a",
      name: { en: "a" },
      on,
      segment: { tiers: ["tir_none"] },
      gives: { kind: "units", give: 1 },
    };
    const parsed = parseProgramDocument({ ...programInput(), dated_gifts: [gift] });
    expect(parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path} ${message}`)).toEqual([
      "dated_gifts.0.segment.tiers there is no level tir_none",
    ]);
  });
});

test("of two accounts that become one, the later gift counts", () => {
  const [giver, receiver] = [ledgerOf(), ledgerOf()];
  tell(giver, "06-16");
  giver.must(sale(100));
  const stamp = {
    now_ms: NOW_MS,
    by: { kind: "system", job: "registry" } as const,
    request_hash: null,
    note_digest: null,
    clock_offset_ms: 0,
    program: null,
    timezone: null,
  };
  const gone = planEstate(giver.state, { type: "hand_over", to: "m2", reason: "merge" }, stamp);
  const body = gone.ok ? gone.value.bookings[0]?.body : undefined;
  if (body?.type !== "handed_over") throw new Error("nothing was handed over");
  const { estate } = body;
  const taken = planEstate(receiver.state, { type: "absorb", from: "m1", reason: "merge", estate }, stamp);
  if (!taken.ok) throw new Error(taken.error.code);
  receiver.state = taken.value.state;
  tell(receiver, "06-16");
  expect(balancesOf(shown(receiver))).toEqual({ points: 50 });
});
