import { describe, expect, test } from "vitest";
import { explainFlag } from "../../../src/domain/insights/explain-flag.ts";
import { EVIDENCE_MAX, type Evidence, FLAG_RULES, weigh } from "../../../src/domain/insights/flag.ts";
import {
  isJudged,
  subjectsOf,
  usualOf,
  WATCH_DEFAULTS,
  type Watched,
  WATCH_RULES,
  type WatchSettings,
} from "../../../src/domain/insights/watch.ts";
import type { OpeningHours } from "../../../src/domain/tenancy/config.ts";
import { isAboutOpen } from "../../../src/domain/time/opening.ts";

const AMSTERDAM = "Europe/Amsterdam";
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7] as const;

describe("whether a shop is open or nearly", () => {
  const shop: OpeningHours[] = EVERY_DAY.map((weekday) => ({ weekday, opens: "08:00", closes: "17:30" }));
  // Open on Saturday evening until three in the night to Sunday.
  const bar: OpeningHours[] = [
    { weekday: 6, opens: "20:00", closes: "24:00" },
    { weekday: 7, opens: "00:00", closes: "03:00" },
  ];
  const early: OpeningHours[] = [{ weekday: 7, opens: "03:00", closes: "11:00" }];

  test.for<[string, string, OpeningHours[], number, boolean]>([
    ["the minute of opening", "2026-11-17T07:00:00Z", shop, 0, true],
    ["the minute before", "2026-11-17T06:59:59Z", shop, 0, false],
    ["the last minute", "2026-11-17T16:29:59Z", shop, 0, true],
    ["the minute of closing", "2026-11-17T16:30:00Z", shop, 0, false],
    ["an hour after closing but a moment, with an hour's margin", "2026-11-17T17:29:59Z", shop, 60, true],
    ["an hour after closing", "2026-11-17T17:30:00Z", shop, 60, false],
    ["an hour before opening", "2026-11-17T06:00:00Z", shop, 60, true],
    ["a moment earlier", "2026-11-17T05:59:59Z", shop, 60, false],
    ["the same time in summer is an hour later on the clock", "2026-08-17T06:00:00Z", shop, 0, true],
    ["no hours at all: nothing is known", "2026-11-17T02:00:00Z", [], 0, true],
    ["a day on which it stays closed", "2026-11-17T12:00:00Z", bar, 0, false],
    ["midnight belongs to the night", "2026-11-14T23:00:00Z", bar, 0, true],
    ["the night to Sunday, 02:59", "2026-11-15T01:59:00Z", bar, 0, true],
    ["the night to Sunday, 03:00", "2026-11-15T02:00:00Z", bar, 0, false],
    ["clocks go back: the second half past two is open as well", "2026-10-25T01:30:00Z", bar, 0, true],
    ["clocks go back: three o'clock, an hour later than otherwise", "2026-10-25T02:00:00Z", bar, 0, false],
    ["clocks go forward: 03:00 follows 01:59", "2026-03-29T01:00:00Z", early, 0, true],
    ["clocks go forward: 01:45 is a quarter of an hour before 03:00", "2026-03-29T00:45:00Z", early, 15, true],
    ["and a minute too early", "2026-03-29T00:44:59Z", early, 15, false],
    ["29 February", "2028-02-29T07:00:00Z", shop, 0, true],
  ])("%s", ([, instant, hours, margin, open]) => {
    expect(isAboutOpen(Date.parse(instant), AMSTERDAM, hours, margin)).toBe(open);
  });
});

const ANNA = "m00000000000000a";
const BRAM = "m00000000000000b";
const RECEIPT = "r0000000000000000000000000";
const NOW = Date.parse("2026-11-17T12:00:00Z");

const settings: WatchSettings = {
  limits: WATCH_DEFAULTS,
  shops: {
    loc_1: {
      timezone: AMSTERDAM,
      opening_hours: EVERY_DAY.map((weekday) => ({ weekday, opens: "08:00", closes: "17:30" })),
    },
  },
  own_cards: { c07: ANNA },
};

function row(changes: Partial<Watched> = {}): Watched {
  const facts = { till: "til_1", staff: "c08", ...changes.facts };
  return { account: ANNA, type: "sale", at_ms: NOW, location: "loc_1", day: "2026-11-17", ...changes, facts };
}

function rulesOf(changes: Partial<Watched>, known: WatchSettings = settings): string[] {
  return subjectsOf(row(changes), known, (account) => account).map(({ rule, subject }) => `${rule} ${subject}`);
}

describe("what a booking is counted for", () => {
  const used = `card_used_often ${ANNA}|2026-11-17`;
  test.for<[string, Partial<Watched>, string[]]>([
    ["a sale: its card's day", {}, [used]],
    [
      "a redemption by itself: the cashier's day too",
      { type: "hold_captured" },
      [used, "redeemed_without_sale c08|2026-11-17"],
    ],
    [
      "a redemption at a till that names nobody: the till's",
      { type: "hold_captured", facts: { staff: "til_1" } },
      [used, "redeemed_without_sale til_1|2026-11-17"],
    ],
    ["a claimed receipt is a use", { type: "absorbed", facts: { other: "c00000000000000a" }, location: null }, []],
    ["their own card", { facts: { staff: "c07" } }, [used, "own_card_used c07|2026-11-17"]],
    ["somebody else's card", { account: BRAM, facts: { staff: "c07" } }, [`card_used_often ${BRAM}|2026-11-17`]],
    [
      "points by hand on one's own card",
      { type: "adjustment", facts: { staff: "c07" } },
      ["own_card_used c07|2026-11-17"],
    ],
    ["at night", { at_ms: Date.parse("2026-11-17T02:00:00Z") }, [used, "outside_hours loc_1|2026-11-17"]],
    ["late, but made by day", { at_ms: Date.parse("2026-11-17T02:00:00Z"), facts: { occurred_at_ms: NOW } }, [used]],
    ["what the platform does by itself", { type: "due", location: null }, []],
    ["a shop that nobody told about", { location: "loc_9", at_ms: Date.parse("2026-11-17T02:00:00Z") }, [used]],
    ["a paper card that is taken in", { type: "opening", facts: { paper_card: "stc_coffee" } }, [used]],
    ["an opening balance is no use", { type: "opening" }, []],
    [
      "a redemption at a till that was offline",
      { type: "offline_redemption" },
      [used, "redeemed_without_sale c08|2026-11-17"],
    ],
    ["holding is not redeeming", { type: "hold" }, []],
  ])("%s", ([, changes, expected]) => {
    expect(rulesOf(changes)).toEqual(expected);
  });

  test("a rule that is off asks nothing", () => {
    const off = {
      card_uses_max: null,
      lone_redemptions_max: null,
      own_card_uses_max: null,
      outside_hours_minutes: null,
    };
    const night = Date.parse("2026-11-17T02:00:00Z");
    const all = row({ type: "hold_captured", at_ms: night, facts: { staff: "c07" } });
    expect(subjectsOf(all, settings, (account) => account)).toHaveLength(4);
    expect(subjectsOf(all, { ...settings, limits: off }, (account) => account)).toEqual([]);
    for (const rule of WATCH_RULES) expect(usualOf(rule, off)).toBe(null);
  });

  test("a receipt's own account is nobody's card", () => {
    expect(rulesOf({ account: RECEIPT })).toEqual([]);
  });

  test("one's own card is known after a merge", () => {
    const found = subjectsOf(row({ account: BRAM, facts: { staff: "c07" } }), settings, () => BRAM);
    expect(found.map(({ rule }) => rule)).toContain("own_card_used");
  });

  test.for<[string, Partial<Watched>, boolean]>([
    ["now", {}, true],
    ["eight days ago but a moment", { at_ms: NOW - 8 * 86_400_000 + 1 }, true],
    ["eight days ago", { at_ms: NOW - 8 * 86_400_000 }, false],
    ["brought now, made long ago", { facts: { occurred_at_ms: NOW - 9 * 86_400_000 } }, false],
    ["brought in from elsewhere", { facts: { backfilled: true } }, false],
  ])("is it recent enough to look into: %s", ([, changes, judged]) => {
    expect(isJudged(row(changes), NOW)).toBe(judged);
  });
});

describe("a finding", () => {
  const piece = (seq: number): Evidence => {
    const nothing = { location: "loc_1", till: null, staff: null, total: null, receipt: null };
    return { account: ANNA, seq, at_ms: NOW, ...nothing };
  };
  const found = (count: number) => ({
    rule: "card_used_often" as const,
    subject: `${ANNA}|2026-11-17`,
    usual: 5,
    evidence: Array.from({ length: count }, (_, index) => piece(index + 2)),
  });

  test("as many as usual are none, one more is", () => {
    expect(weigh(null, found(5), NOW)).toBe(null);
    expect(weigh(null, found(6), NOW)).toMatchObject({ state: "open", usual: 5 });
  });

  test("names fifty bookings and then no more", () => {
    const many = weigh(null, found(EVIDENCE_MAX + 20), NOW);
    expect(many?.evidence).toHaveLength(EVIDENCE_MAX);
    expect(weigh(many, found(EVIDENCE_MAX + 40), NOW)).toBe(many);
  });

  test.for(FLAG_RULES)("%s is explained in both languages", (rule) => {
    const { nl, en } = explainFlag({ ...found(7), rule });
    expect(nl).toMatch(/^\S.*\S\.$/);
    expect(en).toMatch(/^\S.*\S\.$/);
    expect(nl).not.toBe(en);
  });

  test("says when, how often and what is usual", () => {
    expect(explainFlag(found(7))).toEqual({
      nl: "Deze kaart is op 17 november 2026 7 keer gebruikt; tot 5 keer is gewoon.",
      en: "This card was used 7 times on 17 November 2026; up to 5 is usual.",
    });
  });
});
