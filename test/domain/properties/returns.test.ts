import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { ReturnLineRequest } from "../../../src/domain/ledger/booking.ts";
import { progressOf, tallyOf } from "../../../src/domain/ledger/challenge.ts";
import { inBucket } from "../../../src/domain/ledger/state.ts";
import { openIssues } from "../../../src/domain/ledger/issued.ts";
import { type BasketLine, sumOf } from "../../../src/domain/program/basket.ts";
import { isInDebt } from "../../../src/domain/ledger/debt.ts";
import { atRate } from "../../../src/domain/program/remainder.ts";
import type { Challenge } from "../../../src/domain/program/challenge-rules.ts";
import type { CompiledProgram } from "../../../src/domain/program/compile.ts";
import {
  anyCredit,
  anyProgram,
  anyStory,
  goods,
  goodsBasket,
  PATIENCE_MS,
  plainSpend,
  runs,
  withIds,
} from "../support/arbitraries.ts";
import { adjust, type Back, holdOf, line, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { play } from "../support/play.ts";
import { program } from "../support/program.ts";

// Many runs in one test; a busy machine must not fail them.
vi.setConfig({ testTimeout: PATIENCE_MS });

/** A basket, perhaps under a discount on all of it, perhaps with a tip. */
const soldBasket = fc
  .tuple(goodsBasket, fc.option(fc.integer({ min: 1, max: 900 })), fc.option(fc.integer({ min: 1, max: 900 })))
  .map(([lines, discount, tip]) => [
    ...lines,
    ...(discount === null ? [] : [line("discount", -discount, { kind: "discount" })]),
    ...(tip === null ? [] : [line("tip", tip, { kind: "tip" })]),
  ]);

/** Cuts a whole number into parts at the given places, taken modulo it. */
function cut(whole: number, places: readonly number[]): number[] {
  const marks = [0, ...places.map((place) => place % (whole + 1)), whole].toSorted((left, right) => left - right);
  return marks.slice(1).flatMap((mark, index) => (mark > (marks[index] ?? 0) ? [mark - (marks[index] ?? 0)] : []));
}

const places = fc.array(fc.nat({ max: 2_000_000 }), { maxLength: 4 });

interface Setting {
  readonly program: CompiledProgram;
  readonly next: CompiledProgram;
  readonly lines: readonly BasketLine[];
  readonly before: number;
  readonly after: number;
  readonly spent: number;
  /** The basket is paid in part with a reward, when there are points for it. */
  readonly rewarded: boolean;
}
const setting: fc.Arbitrary<Setting> = fc.record({
  program: anyProgram(1, { automatic: true, debt: true }),
  next: anyProgram(2, { automatic: true, debt: true }),
  lines: soldBasket,
  before: fc.integer({ min: 0, max: 1500 }),
  after: fc.integer({ min: 0, max: 1500 }),
  spent: fc.integer({ min: 0, max: 40 }),
  rewarded: fc.boolean(),
});

/** Sells before, the basket and after under the next version, spends some, then takes the basket back bit by bit. */
function takeBack(given: Setting, backs: readonly Back[]): Ledger {
  const { program: first, next, lines, before, after, spent, rewarded } = given;
  const ledger = new Ledger(first);
  ledger.must(sale(before, { receipt: "before" }));
  const holds = rewarded && ledger.run(holdOf("rew_coffee")).ok ? [ledger.state.seq] : [];
  const { seq } = ledger.must(sale(lines, { receipt: "basket", holds }));
  ledger.publish(next);
  ledger.must(sale(after, { receipt: "after" }));
  if (spent < ledger.available()) ledger.must(adjust(-spent));
  backs.forEach((back, index) => ledger.must(refund(seq, back, `T${index}`)));
  return ledger;
}

/** Every unit's amount, that included which rewards that issue themselves have cost: a return may turn one into the other. */
function worthOf(ledger: Ledger): Record<string, number> {
  const worth = ledger.totals();
  for (const { origin, cost } of openIssues(ledger.state)) {
    if (origin === "threshold" && cost !== undefined) worth[cost.unit] = (worth[cost.unit] ?? 0) + sumOf(cost.parts);
  }
  return Object.fromEntries(Object.entries(worth).filter(([, amount]) => amount !== 0));
}

function waitingIn({ state }: Ledger): Record<string, number> {
  const waiting = Object.entries(state.units).map(([unit, one]) => [unit, inBucket(one, "pending")] as const);
  return Object.fromEntries(waiting.filter(([, amount]) => amount !== 0));
}

/**
 * Balances, fractions (a fraction of zero is as good as none, and 100/15000 as good as 1/150) and what promotions have given
 * for later, and challenges.
 */
function outcome(ledger: Ledger) {
  const fractions = Object.entries(ledger.state.remainders)
    .filter(([, { value }]) => value !== 0)
    .map(([rule, { value, rate }]) => {
      const common = divisor(Math.abs(value), rate);
      return [rule, { value: value / common, rate: rate / common }] as const;
    });
  const coupons = openIssues(ledger.state).filter(({ origin }) => origin === "promotion");
  return {
    worth: worthOf(ledger),
    waiting: waitingIn(ledger),
    remainders: Object.fromEntries(fractions),
    coupons: coupons.map(({ promotion, reward, expires_on, sale: of }) => ({ promotion, reward, expires_on, of })),
    challenges: ledger.state.challenges,
  };
}

function divisor(left: number, right: number): number {
  return right === 0 ? left : divisor(right, left % right);
}

function quantityOf(name: string, quantity_milli: number): ReturnLineRequest {
  return { line: name, sku: null, quantity_milli, amount: null };
}

describe("many small returns take exactly what one large one takes", () => {
  test("by quantity, in any order, over any lines", () => {
    const order = fc.infiniteStream(fc.nat());
    fc.assert(
      fc.property(
        setting,
        fc.array(places, { minLength: 7, maxLength: 7 }),
        fc.nat(),
        order,
        (given, cuts, some, mix) => {
          // A bit mask says which lines come back; a discount stays where it is.
          const back = given.lines.filter((one, index) => one.amount >= 0 && ((some >> index) & 1) === 1);
          const whole = back.map((one) => quantityOf(one.id, one.quantity_milli));
          const parts = back
            .flatMap((one, index) =>
              cut(one.quantity_milli, cuts[index] ?? []).map((milli) => quantityOf(one.id, milli)),
            )
            .map((part) => ({ part, key: mix.next().value }))
            .toSorted((left, right) => left.key - right.key);
          const large = takeBack(given, whole.length === 0 ? [] : [whole]);
          const small = takeBack(
            given,
            parts.map(({ part }) => [part]),
          );
          expect(outcome(small)).toEqual(outcome(large));
        },
      ),
      runs(250),
    );
  });

  test("by amount", () => {
    fc.assert(
      fc.property(setting, places, fc.nat({ max: 1000 }), (given, marks, share) => {
        const total = Math.max(0, sumOf(given.lines));
        const amount = Math.floor((total * share) / 1000);
        const large = takeBack(given, [amount]);
        // Nothing back of a sale that cost nothing is all of it.
        const small = takeBack(given, amount === 0 ? [0] : cut(amount, marks));
        expect(outcome(small)).toEqual(outcome(large));
      }),
      runs(250),
    );
  });

  test("with a top-up, and paid with credit in part, by quantity", () => {
    const story = fc.record({
      lines: goodsBasket,
      credit: anyCredit,
      pays: fc.integer({ min: 1, max: 4000 }),
      given: fc.integer({ min: 0, max: 900 }),
      tops: fc.option(fc.integer({ min: 1, max: 9000 })),
      spent_points: fc.constantFrom("clamp" as const, "debt" as const, "pending_only" as const),
    });
    fc.assert(
      fc.property(story, fc.array(places, { minLength: 6, maxLength: 6 }), fc.nat(), (told, cuts, some) => {
        const lines = told.tops === null ? told.lines : [...told.lines, line("top", told.tops, { kind: "top_up" })];
        const back = lines.filter((_, index) => ((some >> index) & 1) === 1);
        const whole = back.map((one) => quantityOf(one.id, one.quantity_milli));
        const parts = back.flatMap((one, index) =>
          cut(one.quantity_milli, cuts[index] ?? []).map((milli) => [quantityOf(one.id, milli)]),
        );
        const run = (backs: readonly Back[]) => {
          const ledger = new Ledger(program({ credit: told.credit, returns: { spent_points: told.spent_points } }));
          ledger.must(sale([line("top", 5000, { kind: "top_up" })], { receipt: "top" }));
          ledger.must(adjust(told.given + 1, { unit: "credit:EUR" }));
          const ask = { unit: "credit:EUR", amount: told.pays };
          const hold = ledger.must(holdOf("", { ask }));
          const sold = ledger.must(sale(lines, { receipt: "basket", holds: [hold.seq] }));
          backs.forEach((one, index) => ledger.must(refund(sold.seq, one, `T${index}`)));
          return outcome(ledger);
        };
        expect(run(parts)).toEqual(run([whole]));
      }),
      runs(250),
    );
  });

  test("points taken per return in proportion would not (negative control)", () => {
    const proportional = (earned: number, total: number, amounts: readonly number[]) =>
      amounts.reduce((left, amount) => left - Math.floor((earned * amount) / total), earned);
    const result = fc.check(
      fc.property(fc.integer({ min: 1, max: 5000 }), places, (total, marks) => {
        const earned = Math.floor(total / 100);
        expect(proportional(earned, total, cut(total, marks))).toBe(proportional(earned, total, [total]));
      }),
      { ...runs(100), endOnFailure: true },
    );
    expect(result.failed).toBe(true);
  });
});

describe("the books of a spend rule balance", () => {
  /** Sells and takes back at random under one rule; gives what is kept of the money, reckoned here and not by the ledger. */
  const sales = fc.array(
    fc.record({
      lines: fc.array(goods, { minLength: 1, maxLength: 3 }).map(withIds),
      backs: fc.array(fc.record({ line: fc.nat(), share: fc.nat({ max: 1000 }), amount: fc.nat({ max: 400 }) }), {
        maxLength: 4,
      }),
    }),
    { minLength: 1, maxLength: 5 },
  );

  test("kept eligible × give = points × rate + remainder", () => {
    fc.assert(
      fc.property(plainSpend, sales, fc.nat(), (rule, sold, shuffle) => {
        const ledger = new Ledger(program({ earning: [rule] }));
        const kept = sold.map(({ lines }) => ({
          quantities: lines.map((one) => one.quantity_milli),
          off: 0,
        }));
        sold.forEach(({ lines }, index) => ledger.must(sale(lines, { receipt: `R${index}` })));
        const asks = sold
          .flatMap(({ backs }, at) => backs.map((back, turn) => ({ ...back, at, turn })))
          .toSorted(
            (left, right) => ((left.turn * 7 + left.at + shuffle) % 5) - ((right.turn * 7 + right.at + shuffle) % 5),
          );
        asks.forEach((ask, index) => {
          const { lines } = sold[ask.at] ?? { lines: [] };
          const left = kept[ask.at] ?? { quantities: [], off: 0 };
          const place = ask.line % lines.length;
          const one = lines[place];
          if (one === undefined) return;
          // Every other return is a bare amount, as far as there is money left.
          if (index % 2 === 1) {
            const amount = Math.min(ask.amount, moneyKept(lines, left));
            if (ledger.run(refund(ask.at + 2, amount, `T${index}`)).ok) left.off += amount;
          } else {
            const milli = Math.ceil(((left.quantities[place] ?? 0) * ask.share) / 1000);
            if (ledger.run(refund(ask.at + 2, [quantityOf(one.id, milli)], `T${index}`)).ok) {
              left.quantities[place] = (left.quantities[place] ?? 0) - milli;
            }
          }
        });
        const eligible = sold.reduce((sum, { lines }, at) => {
          const left = kept[at];
          return left === undefined ? sum : sum + moneyKept(lines, left);
        }, 0);
        expect(ledger.bodies.flatMap((body) => (body.type === "return" ? body.written_off : []))).toEqual([]);
        expect(ledger.available() * rule.per + ledger.remainder()).toBe(eligible * rule.give);
      }),
      runs(300),
    );
  });

  function moneyKept(lines: readonly BasketLine[], left: { quantities: number[]; off: number }): number {
    const worth = lines.map(({ amount, quantity_milli }, index) =>
      Number((BigInt(amount) * BigInt(left.quantities[index] ?? 0)) / BigInt(quantity_milli)),
    );
    return Math.max(0, worth.reduce((sum, one) => sum + one, 0) - left.off);
  }
});

describe("a sale that comes back whole", () => {
  const isOvertaken = ({ state }: Ledger, challenge: Challenge) =>
    Object.values(state.challenges?.[tallyOf(challenge)] ?? {}).some(
      (window) => window.done === undefined && progressOf(window) >= challenge.goal,
    );
  const byEveryLine = (lines: readonly BasketLine[]): Back =>
    lines.filter(({ amount }) => amount >= 0).map(({ id, quantity_milli }) => quantityOf(id, quantity_milli));

  test("leaves balances and fractions as if it had not happened, whatever happened before", () => {
    fc.assert(
      fc.property(
        anyProgram(1, { automatic: true, debt: true }),
        anyStory,
        soldBasket,
        fc.boolean(),
        (first, story, lines, wholly) => {
          const ledger = new Ledger(first);
          story.forEach((step, index) => play(ledger, step, index));
          const { remainders } = ledger.state;
          // What was owed and is paid meanwhile is written off again where returns no longer owe.
          const inForce = ledger.programs.get(Math.max(...ledger.programs.keys()));
          fc.pre(!isInDebt(ledger.state) || inForce?.document.returns.spent_points === "debt");
          // A goal that was lowered below what is done gives its bonus at the next sale, and that stays deserved.
          fc.pre(!(inForce?.challenges ?? []).some(({ challenge }) => isOvertaken(ledger, challenge)));
          // Free and waiting together: a return takes what waits first, also where the sale's own units were free at once.
          const worth = worthOf(ledger);
          // With a reward when the points are there: it comes back too.
          const hold = ledger.run(holdOf("rew_coffee"));
          const holds = hold.ok ? [ledger.state.seq] : [];
          const { seq } = ledger.must(sale(lines, { receipt: "whole", holds, occurred_at_ms: ledger.now_ms }));
          ledger.must(refund(seq, wholly ? "all" : byEveryLine(lines), "whole"));
          expect(worthOf(ledger)).toEqual(worth);
          for (const [rule, { value, rate }] of Object.entries(ledger.state.remainders)) {
            expect(value).toBe(atRate(remainders[rule] ?? { value: 0, rate }, rate).value);
          }
        },
      ),
      runs(150),
    );
  });

  test("whole at once, by amount, or line by line comes to the same", () => {
    fc.assert(
      fc.property(setting, (given) => {
        const total = Math.max(0, sumOf(given.lines));
        const whole = outcome(takeBack(given, ["all"]));
        expect(outcome(takeBack(given, [total]))).toEqual(whole);
        expect(outcome(takeBack(given, [byEveryLine(given.lines)]))).toEqual(whole);
      }),
      runs(150),
    );
  });
});
