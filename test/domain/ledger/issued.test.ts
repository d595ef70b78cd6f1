import { describe, expect, test } from "vitest";
import type { Command, HoldCommand, IssueCommand } from "../../../src/domain/ledger/command.ts";
import { nextDueAt, settle } from "../../../src/domain/ledger/due.ts";
import { openIssues } from "../../../src/domain/ledger/issued.ts";
import type { Reward } from "../../../src/domain/program/reward-rules.ts";
import { DAY_MS, MINUTE_MS, NOW_MS } from "../support/clock.ts";
import { adjust, holdOf, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { program, reward } from "../support/program.ts";

function issue(origin: IssueCommand["origin"], changes: Partial<IssueCommand> = {}): IssueCommand {
  return { type: "issue", origin, reward: "rew_coffee", expires_on: null, card_no: null, ...changes };
}

function redeem(key: string): HoldCommand {
  return { ...holdOf("rew_coffee"), ask: { issue: key } };
}

const capture = (hold: number): Command => ({ type: "capture", hold });

/** An account with points; what it does next is booking 3. */
function ledgerWith(points: number, changes: Partial<Reward> = {}): Ledger {
  const ledger = new Ledger(program({ rewards: [reward(changes)] }));
  ledger.must(adjust(points));
  return ledger;
}

/** Issued rewards a read at this moment shows: where from and until when. */
function open(ledger: Ledger): (readonly [string, string | null])[] {
  return openIssues(settle(ledger.state, ledger.now_ms).state).map(({ origin, expires_on }) => [origin, expires_on]);
}

describe("a reward given by hand", () => {
  test("costs nothing, is redeemed once, and is gone", () => {
    const ledger = ledgerWith(1);
    ledger.must(issue("gift"));
    expect(open(ledger)).toEqual([["gift", null]]);
    expect(ledger.must(redeem("3.0"))).toMatchObject({ reward: "rew_coffee", parts: [], entries: [] });
    expect(ledger.refuses(redeem("3.0"))).toEqual({ code: "issue_held" });
    ledger.must(capture(4));
    expect(open(ledger)).toEqual([]);
    expect(ledger.refuses(redeem("3.0"))).toEqual({ code: "issue_gone" });
    expect(ledger.available()).toBe(1);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test.each(["cancel", "expire"])("is there again when its redemption comes to nothing: %s", (how) => {
    const ledger = ledgerWith(1);
    ledger.must(issue("gift"));
    ledger.must(redeem("3.0"));
    if (how === "cancel") ledger.must({ type: "cancel", hold: 4 });
    else ledger.now_ms += 15 * MINUTE_MS;
    expect(ledger.must(redeem("3.0")).type).toBe("hold");
  });

  test("is held as long as the programme in force says, also when that does not know the reward any more", () => {
    const ledger = ledgerWith(1);
    ledger.must(issue("gift"));
    ledger.publish(program({ rewards: [], holds: { minutes: 60 } }, 2));
    expect(ledger.must(redeem("3.0"))).toMatchObject({ expires_at_ms: ledger.now_ms + 60 * MINUTE_MS });
  });

  test("outlives the rules it was given under, as long as the account is told them", () => {
    const ledger = ledgerWith(1);
    ledger.must(issue("gift"));
    ledger.publish(program({ rewards: [] }, 2));
    expect(ledger.must(redeem("3.0"))).toMatchObject({ effect: { amount: 300 } });
  });

  test("may not pile up without end: the hundredth is given, one more is refused", () => {
    const ledger = ledgerWith(1);
    for (let count = 0; count < 100; count += 1) ledger.must(issue("gift"));
    expect(ledger.refuses(issue("gift"))).toEqual({ code: "too_many_issues", max: 100 });
  });
});

describe("points given by hand", () => {
  test("are spent before what was earned", () => {
    const ledger = ledgerWith(5);
    const body = ledger.must({ type: "gift", unit: "points", amount: 10, card_no: null });
    expect(body.entries).toMatchObject([{ delta: 10, lot: { class: "granted" }, why: { code: "gifted" } }]);
    expect(ledger.must(holdOf("rew_coffee"))).toMatchObject({ parts: [{ from: { class: "granted" }, amount: 10 }] });
  });

  test("of a unit the programme has not are refused", () => {
    expect(ledgerWith(5).refuses({ type: "gift", unit: "stamps:stc_x", amount: 1, card_no: null }).code).toBe(
      "unit_unknown",
    );
  });
});

describe("an issued reward's last day", () => {
  const until = (expires_on: string) => {
    const ledger = ledgerWith(1);
    ledger.must(issue("gift", { expires_on }));
    return ledger;
  };
  test.each([
    ["its last minute", Date.UTC(2026, 5, 30, 21, 59), 1],
    ["the first minute after", Date.UTC(2026, 5, 30, 22, 0), 0],
  ])("in Amsterdam, %s", (_when, at_ms, left) => {
    const ledger = until("2026-06-30");
    expect(nextDueAt(ledger.state)).toBe(Date.UTC(2026, 5, 30, 22, 0));
    ledger.now_ms = at_ms;
    expect(open(ledger)).toHaveLength(left);
    const read = settle(ledger.state, ledger.now_ms).state.issued;
    ledger.alarm();
    expect(ledger.state.issued).toEqual(read);
  });

  test("of 29 February", () => {
    const ledger = until("2028-02-29");
    ledger.now_ms = Date.UTC(2028, 1, 29, 22, 59);
    expect(open(ledger)).toHaveLength(1);
    ledger.now_ms += MINUTE_MS;
    expect(open(ledger)).toEqual([]);
  });

  test("is waited for by an open redemption, and no longer", () => {
    const ledger = until("2026-06-16");
    ledger.now_ms = Date.UTC(2026, 5, 16, 21, 55);
    ledger.must(redeem("3.0"));
    ledger.now_ms += 10 * MINUTE_MS;
    expect(open(ledger)).toHaveLength(1);
    ledger.now_ms += 5 * MINUTE_MS;
    expect(open(ledger)).toEqual([]);
  });

  test("is so long after the day of issue as the reward says, to the end of a shorter month", () => {
    const ledger = ledgerWith(50, { valid_for: { months: 1 } });
    ledger.now_ms = Date.UTC(2027, 0, 31, 12);
    ledger.must(issue("claim"));
    expect(open(ledger)).toEqual([["claim", "2027-02-28"]]);
  });
});

describe("a reward claimed now and collected later", () => {
  test("spends its cost at once and nothing at the counter", () => {
    const ledger = ledgerWith(10);
    expect(ledger.must(issue("claim")).entries).toMatchObject([{ delta: -10, after: 0 }]);
    ledger.must(redeem("3.0"));
    ledger.must(capture(4));
    expect(ledger.available()).toBe(0);
  });

  test.each<[string, number, Partial<Reward>, string]>([
    ["one point short", 9, {}, "insufficient_balance"],
    ["after its last day", 99, { valid_until: "2026-06-15" }, "reward_closed"],
  ])("is refused %s", (_why, points, changes, code) => {
    expect(ledgerWith(points, changes).refuses(issue("claim")).code).toBe(code);
  });

  test("counts towards the limit until it is cancelled, which gives the points back to their lots", () => {
    const ledger = ledgerWith(30, { limit: { total: 1 } });
    ledger.must(issue("claim"));
    expect(ledger.refuses(issue("claim")).code).toBe("reward_limit_reached");
    ledger.must({ type: "cancel_issue", issue: "3.0" });
    expect([ledger.available(), open(ledger)]).toEqual([30, []]);
    ledger.must(issue("claim"));
  });

  test("cannot be cancelled while it is redeemed, nor twice", () => {
    const ledger = ledgerWith(10);
    ledger.must(issue("claim"));
    ledger.must(redeem("3.0"));
    const cancel = { type: "cancel_issue", issue: "3.0" } as const;
    expect(ledger.refuses(cancel)).toEqual({ code: "issue_held" });
    ledger.must({ type: "cancel", hold: 4 });
    ledger.must(cancel);
    expect(ledger.refuses(cancel)).toEqual({ code: "issue_gone" });
  });
});

describe("a reward that issues itself", () => {
  const automatic = { automatic: true };
  test.each([
    ["one point short", 9, 0, 9],
    ["exactly its cost", 10, 1, 0],
    ["several at once", 35, 3, 5],
  ])("at %s", (_when, points, count, left) => {
    const ledger = ledgerWith(points, automatic);
    expect([open(ledger).length, ledger.available()]).toEqual([count, left]);
  });

  test("does so in the booking of the sale that gave the points", () => {
    const ledger = ledgerWith(4, automatic);
    expect(ledger.must(sale(1000))).toMatchObject({ type: "sale", issued: [{ origin: "threshold" }] });
    expect(ledger.available()).toBe(4);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test("a return that takes the cause away takes it back while it is unused", () => {
    const ledger = ledgerWith(4, automatic);
    ledger.must(sale(1000));
    ledger.must(refund(3, "all"));
    expect([open(ledger), ledger.available()]).toEqual([[], 4]);
  });

  test("and what is used stays used: the shortfall is written off", () => {
    const ledger = ledgerWith(4, automatic);
    ledger.must(sale(1000));
    ledger.must(redeem("3.0"));
    ledger.must(capture(4));
    expect(ledger.must(refund(3, "all"))).toMatchObject({ written_off: [{ unit: "points", amount: 6 }] });
    expect(ledger.available()).toBe(0);
  });

  test("a return that others' points can pay leaves it alone", () => {
    const ledger = ledgerWith(9, automatic);
    ledger.must(sale(500));
    ledger.must(refund(3, 400));
    expect([open(ledger).length, ledger.available()]).toEqual([1, 0]);
  });

  test("a sale that comes back whole takes back what it issued for older points that had no room before", () => {
    const ledger = ledgerWith(1005, automatic);
    expect([open(ledger).length, ledger.available()]).toEqual([100, 5]);
    ledger.must(adjust(20));
    ledger.must({ type: "cancel_issue", issue: "2.0" });
    expect([open(ledger).length, ledger.available()]).toEqual([99, 35]);
    const { seq } = ledger.must(sale(0));
    expect([open(ledger).length, ledger.available()]).toEqual([100, 25]);
    ledger.must(refund(seq, "all"));
    expect([open(ledger).length, ledger.available()]).toEqual([99, 35]);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test("a return takes the reward back that its own sale issued, not a newer one", () => {
    const ledger = ledgerWith(4, automatic);
    ledger.must(sale(600, { receipt: "A" }));
    ledger.must(sale(1000, { receipt: "B" }));
    const [own, newer] = openIssues(ledger.state).map(({ seq }) => seq);
    ledger.must(refund(own ?? 0, "all", "T1"));
    expect(openIssues(ledger.state).map(({ seq }) => seq)).toEqual([newer]);
  });

  test("units that are missing for two reasons are both asked of the rewards they went into", () => {
    const bonus = {
      id: "chl_visit",
      name: { en: "visit" },
      counts: { kind: "visits" as const },
      goal: 1,
      minimum_spend: 1000,
      window: { kind: "dates" as const },
      gives: { kind: "units" as const, unit: "points", give: 1 },
    };
    const ledger = new Ledger(program({ rewards: [reward(automatic)], challenges: [bonus] }));
    ledger.must(sale(1900));
    expect([open(ledger).length, ledger.available()]).toEqual([2, 0]);
    ledger.must(refund(2, 1000));
    expect([open(ledger).length, ledger.available()]).toEqual([0, 9]);
  });

  test("many small returns come to the same as one large one", () => {
    const [small, large] = [ledgerWith(4, automatic), ledgerWith(4, automatic)];
    for (const ledger of [small, large]) ledger.must(sale(2500));
    for (let part = 0; part < 5; part += 1) small.must(refund(3, 500, `T${part}`));
    large.must(refund(3, "all"));
    expect([open(small), small.available()]).toEqual([open(large), large.available()]);
  });
});

test("a sale that comes back whole gives the issued reward again, for a week at least", () => {
  const ledger = ledgerWith(1);
  ledger.must(issue("gift", { expires_on: "2026-06-17" }));
  ledger.must(redeem("3.0"));
  ledger.must(sale(1000, { holds: [4] }));
  expect(open(ledger)).toEqual([]);
  ledger.now_ms = NOW_MS + DAY_MS;
  ledger.must(refund(5, "all"));
  expect(open(ledger)).toEqual([["restored", "2026-06-24"]]);
});
