import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { BookingBody, SaleEvent } from "../../../src/domain/ledger/booking.ts";
import { foldBookings } from "../../../src/domain/ledger/fold.ts";
import type { AccountState } from "../../../src/domain/ledger/state.ts";
import type { CompiledProgram } from "../../../src/domain/program/compile.ts";
import { sumOf } from "../../../src/domain/program/basket.ts";
import { paidByTenders } from "../../../src/domain/ledger/decide/tender.ts";
import { storedValueIn } from "../../../src/domain/program/credit.ts";
import { anyProgram, anyStory, PATIENCE_MS, runs, type Step } from "../support/arbitraries.ts";
import { commandOf, play } from "../support/play.ts";
import { Ledger } from "../support/ledger.ts";

// Many runs in one test; a busy machine must not fail them.
vi.setConfig({ testTimeout: PATIENCE_MS });

function played(program: CompiledProgram, steps: readonly Step[]): Ledger {
  const ledger = new Ledger(program);
  steps.forEach((step, index) => play(ledger, step, index));
  return ledger;
}

function throughJson(state: AccountState | null): AccountState | null {
  return JSON.parse(JSON.stringify(state));
}

describe("whatever happens to an account", () => {
  // The ledger double holds every state to its invariants and every key to its uniqueness.
  test("its balances are the sums of its entries, and below zero only by what is owed", () => {
    fc.assert(
      fc.property(anyProgram(1, { automatic: true, debt: true, gifts: true }), anyStory, (program, steps) => {
        const sums = new Map<string, number>();
        const owed = new Map<string, number>();
        for (const body of played(program, steps).bodies) {
          for (const { unit, lot, delta, after } of body.entries) {
            const key = `${unit} ${lot.bucket}`;
            const sum = (sums.get(key) ?? 0) + delta;
            sums.set(key, sum);
            expect(after).toBe(sum);
            if (lot.class === "debt") owed.set(unit, (owed.get(unit) ?? 0) + delta);
            expect(owed.get(unit) ?? 0).toBeLessThanOrEqual(0);
            expect(sum).toBeGreaterThanOrEqual(lot.bucket === "available" ? (owed.get(unit) ?? 0) : 0);
          }
        }
      }),
      runs(200),
    );
  });

  test("its state is the fold of its bookings, from the beginning and from any checkpoint", () => {
    fc.assert(
      fc.property(
        anyProgram(1, { automatic: true, debt: true, gifts: true }),
        anyStory,
        fc.nat(),
        (program, steps, at) => {
          const ledger = played(program, steps);
          const { bodies, state } = ledger;
          const cut = 1 + (at % bodies.length);
          const checkpoint = throughJson(foldBookings(null, bodies.slice(0, cut)));
          expect(foldBookings(checkpoint, bodies.slice(cut))).toEqual(state);
          expect(ledger.refolded()).toEqual(state);
        },
      ),
      runs(150),
    );
  });

  test("a checkpoint that forgets something is noticed (negative control)", () => {
    const forgetful = (state: AccountState | null) => (state === null ? null : { ...state, remainders: {} });
    const result = fc.check(
      fc.property(
        anyProgram(1, { automatic: true, debt: true, gifts: true }),
        anyStory,
        fc.nat(),
        (program, steps, at) => {
          const { bodies, state } = played(program, steps);
          const cut = 1 + (at % bodies.length);
          expect(foldBookings(forgetful(foldBookings(null, bodies.slice(0, cut))), bodies.slice(cut))).toEqual(state);
        },
      ),
      { ...runs(150), endOnFailure: true },
    );
    expect(result.failed).toBe(true);
  });

  test("the same input gives the same plan, so a preview equals the write", () => {
    fc.assert(
      fc.property(anyProgram(1, { automatic: true, debt: true, gifts: true }), anyStory, (program, steps) => {
        const ledger = new Ledger(program);
        steps.forEach((step, index) => {
          const command = commandOf(ledger, step, index);
          const plans = command === null ? [] : [ledger.preview(command), ledger.preview(command), ledger.run(command)];
          expect(new Set(plans.map((planned) => JSON.stringify(planned))).size).toBeLessThanOrEqual(1);
          if (command === null) play(ledger, step, index);
        });
      }),
      runs(80),
    );
  });

  test("no sale gives back more than it earned, costs more than it was paid, or restores more than it captured", () => {
    fc.assert(
      fc.property(anyProgram(1, { automatic: true, debt: true, gifts: true }), anyStory, (program, steps) => {
        for (const sale of salesOf(played(program, steps).bodies)) {
          expect(sale.moneyBack).toBeLessThanOrEqual(Math.max(0, sale.paid));
          expect(sale.restored).toBe(sale.full ? sale.captured : 0);
          for (const unit of sale.units) {
            expect(unit.kept).toBeGreaterThanOrEqual(0);
            expect(unit.kept).toBeLessThanOrEqual(unit.earned);
            expect(unit.earned - unit.takenBack - unit.writtenOff).toBe(unit.kept);
            expect(sale.full && unit.kept !== 0).toBe(false);
          }
        }
      }),
      runs(250),
    );
  });

  test("what was topped up is never more than was paid, and credit pays never more than the goods cost", () => {
    fc.assert(
      fc.property(anyProgram(1, { automatic: true }), anyStory, (program, steps) => {
        for (const body of played(program, steps).bodies) {
          if (body.type !== "sale") continue;
          const { sale, topped_up, captures, tenders = [] } = body;
          const stored = storedValueIn(sale.lines);
          expect(topped_up?.paid ?? 0).toBeLessThanOrEqual(Math.max(0, sale.total));
          expect(sale.paid_with_credit ?? 0).toBeLessThanOrEqual(Math.max(0, sale.total - stored));
          const spent = captures.filter(({ unit }) => unit === "credit:EUR").flatMap(({ parts }) => parts);
          expect(sumOf(spent) + paidByTenders(tenders)).toBe(sale.paid_with_credit ?? 0);
        }
      }),
      runs(100),
    );
  });

  test("it does not matter whether an alarm books what is due or the next write does", () => {
    const alarms = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(
        anyProgram(1, { automatic: true, debt: true, gifts: true }),
        anyStory,
        alarms,
        (program, steps, rings) => {
          const [lazy, prompt] = [new Ledger(program), new Ledger(program)];
          steps.forEach((step, index) => {
            if (rings[index] === true) prompt.alarm();
            expect(play(prompt, step, index)).toBe(play(lazy, step, index));
            expect(prompt.balances()).toEqual(lazy.balances());
          });
          for (const ledger of [lazy, prompt]) {
            ledger.now_ms += 24 * 3_600_000;
            ledger.alarm();
            // Transfers stand reserved until they have arrived.
            const sent = Object.entries(ledger.state.outbox).filter(([, { tender }]) => tender !== true);
            expect(Object.keys(ledger.state.holds)).toEqual(sent.map(([seq]) => seq));
          }
          expect(prompt.state.units).toEqual(lazy.state.units);
          expect(prompt.state.remainders).toEqual(lazy.state.remainders);
        },
      ),
      runs(120),
    );
  });
});

interface SaleStory {
  readonly paid: number;
  readonly moneyBack: number;
  readonly captured: number;
  readonly restored: number;
  readonly full: boolean;
  readonly units: readonly { earned: number; takenBack: number; writtenOff: number; kept: number }[];
}

const TAKEN: ReadonlySet<string> = new Set(["returned", "bought_back"]);

function topped({ topped_up: top }: Pick<SaleEvent, "topped_up">, unit: string): number {
  return top?.unit === unit ? top.paid + top.granted : 0;
}

/** What became of each sale, added up from its returns. */
function salesOf(bodies: readonly BookingBody[]): SaleStory[] {
  return bodies.flatMap((sale) => {
    if (sale.type !== "sale") return [];
    const returns = bodies.flatMap((body) => (body.type === "return" && body.sale === sale.seq ? [body] : []));
    const partsOf = (captures: typeof sale.captures) =>
      captures.flatMap(({ parts }) => parts).reduce((sum, { amount }) => sum + amount, 0);
    const units = sale.outcomes.map(({ unit, amount }) => {
      const entries = returns.flatMap((body) => body.entries);
      const taken = entries.filter((entry) => entry.unit === unit && TAKEN.has(entry.why.code));
      const lost = returns.flatMap((body) => body.written_off).filter((loss) => loss.unit === unit);
      const left = returns.at(-1)?.outcomes.find((outcome) => outcome.unit === unit)?.amount ?? amount;
      const bought = topped(sale, unit);
      const last = returns.at(-1);
      return {
        earned: amount + bought,
        takenBack: -taken.reduce((sum, { delta }) => sum + delta, 0),
        writtenOff: lost.reduce((sum, loss) => sum + loss.amount, 0),
        kept: left + (last === undefined ? bought : topped(last, unit)),
      };
    });
    return [
      {
        paid: sale.sale.total,
        moneyBack: returns.reduce((sum, { amount }) => sum + amount, 0),
        captured: partsOf(sale.captures),
        restored: returns.reduce((sum, { restored }) => sum + partsOf(restored), 0),
        full: returns.at(-1)?.full === true,
        units,
      },
    ];
  });
}
