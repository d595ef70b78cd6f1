import { describe, expect, test } from "vitest";
import { evaluateEffect } from "../../../src/domain/program/effect.ts";
import type { RewardEffect } from "../../../src/domain/program/reward-rules.ts";
import { line } from "../support/commands.ts";

const coffee = { category: "coffee" };

function effectOf(
  effect: RewardEffect,
  lines: readonly ReturnType<typeof line>[] | null,
  sale_total: number | null = null,
) {
  const evaluated = evaluateEffect(effect, { lines, sale_total });
  return evaluated.ok ? evaluated.value : evaluated.error;
}

describe("an upgrade", () => {
  const larger: RewardEffect = { kind: "upgrade", amount: 60, only: { categories: ["coffee"] } };
  test.each([
    ["the dearest eligible line", [line("a", 300, coffee), line("b", 400, coffee), line("c", 900)], "b", 60],
    ["the earlier of two that cost the same", [line("a", 400, coffee), line("b", 400, coffee)], "a", 60],
    ["one of several on a line", [line("a", 800, { ...coffee, quantity_milli: 2000 })], "a", 60],
    ["never more than the line costs", [line("a", 45, coffee)], "a", 45],
  ])("takes its amount off %s", (_what, lines, on, discount) => {
    expect(effectOf(larger, lines)).toMatchObject({
      kind: "upgrade",
      discount,
      final: true,
      amount: 60,
      item: { line: on },
      lines: [{ line: on, discount }],
    });
  });

  test("of nothing in the basket is refused", () => {
    expect(effectOf(larger, [line("c", 900), line("a", 0, coffee)])).toBe("no_eligible_item");
  });

  test("is settled at the sale when the lines are not known", () => {
    expect(effectOf(larger, null, 1000)).toMatchObject({ discount: null, final: false, amount: 60 });
  });
});

test.each<RewardEffect>([
  { kind: "experience" },
  { kind: "event", starts_at: "2027-03-14T19:30:00+01:00" },
  { kind: "partner", partner: "Filmhuis" },
])("$kind takes nothing off the basket and is settled at once, with lines or without", (effect) => {
  const settled = { kind: effect.kind, discount: 0, final: true, item: null, lines: [] };
  expect(effectOf(effect, null)).toMatchObject(settled);
  expect(effectOf(effect, [line("a", 500)])).toMatchObject(settled);
});
