import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contrast, inkOn, readableOn } from "../../src/domain/color.ts";

const colors = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);
const papers = ["#f3f1ec", "#24272b", "#ffffff", "#1e2124"];

describe("contrast", () => {
  test.each([
    ["#000000", "#ffffff", 21],
    ["#ffffff", "#ffffff", 1],
    ["#777777", "#ffffff", 4.48],
    ["#0b6a5c", "#ffffff", 6.5],
  ])("of %s on %s is %d, either way round", (one, other, ratio) => {
    expect(contrast(one, other)).toBeCloseTo(ratio, 1);
    expect(contrast(other, one)).toBe(contrast(one, other));
  });
});

test("on every colour, black or white can be read", () => {
  fc.assert(
    fc.property(colors, (color) => {
      expect(contrast(inkOn(color), color)).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

test("every colour has a shade that can be read on each paper", () => {
  fc.assert(
    fc.property(colors, fc.constantFrom(...papers), (color, paper) => {
      expect(contrast(readableOn(paper, color), paper)).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

test("a colour that can be read already stays as it is", () => {
  expect(readableOn("#f3f1ec", "#0b6a5c")).toBe("#0b6a5c");
  expect(readableOn("#f3f1ec", "#ffd23f")).not.toBe("#ffd23f");
});
