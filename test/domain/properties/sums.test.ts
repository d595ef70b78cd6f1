import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { mulDivFloor, formatMilli, parseMilli, splitInProportion } from "../../../src/domain/numbers.ts";
import { sumOf } from "../../../src/domain/program/basket.ts";
import { evaluateEffect } from "../../../src/domain/program/effect.ts";
import { decodeInteger, encodeInteger } from "../../../src/domain/tenancy/base32.ts";
import { parseSaleNaturalKey, saleNaturalKey } from "../../../src/domain/ledger/natural-key.ts";
import { anyBasket, effect, PATIENCE_MS, runs } from "../support/arbitraries.ts";

// Many runs in one test; a busy machine must not fail them.
vi.setConfig({ testTimeout: PATIENCE_MS });

const weights = fc.array(fc.nat({ max: 1_000_000_000 }), { minLength: 1, maxLength: 12 });
const total = fc.nat({ max: 1_000_000_000 });

type Split = (total: number, weights: readonly number[]) => number[];

/** What a split must do: whole shares that sum to the total, within one of the exact share, more for more weight. */
function splitsWell(split: Split) {
  return fc.property(total, weights, (whole, parts) => {
    const sum = parts.reduce((left, weight) => left + weight, 0);
    fc.pre(sum > 0);
    const shares = split(whole, parts);
    expect(shares.reduce((left, share) => left + share, 0)).toBe(whole);
    shares.forEach((share, index) => {
      const weight = parts[index] ?? 0;
      expect(share - mulDivFloor(whole, weight, sum)).toBeOneOf(weight === 0 ? [0] : [0, 1]);
      parts.forEach((other, at) => {
        expect(weight > other && share < (shares[at] ?? 0)).toBe(false);
      });
    });
  });
}

describe("splitInProportion", () => {
  test("sums exactly, is within one of the exact share, and gives more for more weight", () => {
    expect(() => fc.assert(splitsWell(splitInProportion), runs(400))).not.toThrow();
  });

  test.each<[what: string, split: Split]>([
    ["rounding each share", (whole, parts) => parts.map((part) => Math.round((whole * part) / sumUp(parts)))],
    [
      "giving the rest to the last",
      (whole, parts) => {
        const shares = parts.map((part) => mulDivFloor(whole, part, sumUp(parts)));
        return shares.map((share, at) => (at === shares.length - 1 ? share + whole - sumUp(shares) : share));
      },
    ],
  ])("%s would be caught (negative control)", (_what, split) => {
    expect(fc.check(splitsWell(split), { ...runs(400), endOnFailure: true }).failed).toBe(true);
  });
});

function sumUp(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

describe("effects", () => {
  test("sum exactly per line and per tax rate, and take no line below nothing", () => {
    fc.assert(
      fc.property(effect, anyBasket, (given, lines) => {
        const evaluated = evaluateEffect(given, { lines, sale_total: null });
        expect(evaluateEffect(given, { lines, sale_total: null })).toEqual(evaluated);
        if (!evaluated.ok) return;
        const { discount, lines: shares, by_tax_rate, final } = evaluated.value;
        const off = (list: readonly { readonly discount: number }[]) => sumUp(list.map((share) => share.discount));
        expect(final).toBe(true);
        expect(off(shares)).toBe(discount);
        expect(off(by_tax_rate)).toBe(discount);
        for (const share of shares) {
          const line = lines.find(({ id }) => id === share.line);
          expect(line?.kind).toBe("item");
          expect(share.discount).toBeGreaterThanOrEqual(given.kind === "free_item" || given.kind === "upgrade" ? 0 : 1);
          expect(share.discount).toBeLessThanOrEqual(line?.amount ?? 0);
        }
        for (const { tax_rate, discount: ofRate } of by_tax_rate) {
          const ids = new Set(lines.filter((line) => line.tax_rate === tax_rate).map(({ id }) => id));
          expect(off(shares.filter(({ line }) => ids.has(line)))).toBe(ofRate);
        }
      }),
      runs(400),
    );
  });

  test("without lines never exceed the total", () => {
    fc.assert(
      fc.property(effect, total, (given, sale_total) => {
        const evaluated = evaluateEffect(given, { lines: null, sale_total });
        expect(evaluated.ok && (evaluated.value.discount ?? 0)).toBeLessThanOrEqual(sale_total);
      }),
      runs(200),
    );
  });

  test("a larger basket never has a smaller discount", () => {
    fc.assert(
      fc.property(effect, anyBasket, anyBasket, (given, lines, more) => {
        fc.pre(given.kind === "percent_off" || given.kind === "amount_off");
        const larger = [...lines, ...more.map((line) => ({ ...line, id: `more ${line.id}` }))];
        const discountOn = (on: typeof lines) => {
          const evaluated = evaluateEffect(given, { lines: on, sale_total: sumOf(on) });
          return evaluated.ok ? (evaluated.value.discount ?? 0) : 0;
        };
        expect(discountOn(larger)).toBeGreaterThanOrEqual(discountOn(lines));
      }),
      runs(150),
    );
  });
});

describe("what is written can be read", () => {
  test("mulDivFloor is the floor", () => {
    const any = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
    fc.assert(
      fc.property(
        any,
        fc.integer({ min: -1000, max: 1_000_000 }),
        fc.integer({ min: 1, max: 1_000_000_000 }),
        (value, factor, divisor) => {
          const quotient = BigInt(mulDivFloor(value, factor, divisor));
          const rest = BigInt(value) * BigInt(factor) - quotient * BigInt(divisor);
          expect(rest >= 0n && rest < BigInt(divisor)).toBe(true);
        },
      ),
      runs(300),
    );
  });

  test("quantities", () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999 }), (milli) => {
        expect(parseMilli(formatMilli(milli))).toBe(milli);
      }),
      runs(300),
    );
  });

  test("integers in ids, each in one spelling alone", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 50 - 1 }), fc.string({ maxLength: 11 }), (value, text) => {
        expect(decodeInteger(encodeInteger(value))).toBe(value);
        const read = decodeInteger(text);
        expect(read === null || encodeInteger(read) === text).toBe(true);
      }),
      runs(300),
    );
  });

  test("natural keys, whatever a till prints on its receipts", () => {
    const odd = fc.constantFrom("|", "%", "%7C", "/", " ", "\n", "\\", "é", "☕", "🧁", "0", "a");
    const text = fc.string({ unit: odd, maxLength: 8 });
    fc.assert(
      fc.property(text, text, fc.option(text), (receipt, till, register) => {
        const identity = { receipt, till, business_date: "2026-06-16", register: register === "" ? null : register };
        expect(parseSaleNaturalKey(saleNaturalKey(identity))).toEqual(identity);
      }),
      runs(300),
    );
  });
});
