import { describe, expect, test } from "vitest";
import { DAY_MS, NOW_MS } from "../support/clock.ts";
import { sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { program, type ProgramInput } from "../support/program.ts";

type Each = NonNullable<NonNullable<ProgramInput["actions"]>[number]["each"]>;

function withAction(each: Each, more: object = {}): Ledger {
  const action = { id: "act_a", kind: "survey" as const, name: { en: "survey" }, give: 5, each };
  return new Ledger(program({ actions: [{ ...action, ...more }] }));
}

const give = (subject: string | null = null) => ({ type: "action", action: "act_a", subject, card_no: null }) as const;
const noon = (date: string) => Date.parse(`${date}T10:00:00Z`);

describe("an action", () => {
  const table: [Each, still: string, again: string][] = [
    ["day", "2026-06-16", "2026-06-17"],
    ["week", "2026-06-21", "2026-06-22"],
    ["month", "2026-06-30", "2026-07-01"],
    ["year", "2026-12-31", "2027-01-01"],
  ];
  test.each(table)("once a %s is refused on %s and given again on %s", (each, still, again) => {
    const ledger = withAction(each);
    ledger.must(give());
    ledger.now_ms = Math.max(NOW_MS, noon(still));
    expect(ledger.refuses(give())).toEqual({ code: "action_already_given", action: "act_a" });
    ledger.now_ms = noon(again);
    ledger.must(give());
    expect(ledger.available()).toBe(10);
  });

  test("that is given once is refused ten years later", () => {
    const ledger = withAction("once");
    ledger.must(give());
    ledger.now_ms += 3653 * DAY_MS;
    expect(ledger.refuses(give()).code).toBe("action_already_given");
  });

  test("is given once for each subject, and asks for one", () => {
    const ledger = withAction("subject");
    expect(ledger.refuses(give())).toEqual({ code: "subject_required", action: "act_a" });
    ledger.must(give("bram"));
    ledger.must(give("cees"));
    expect(ledger.refuses(give("bram")).code).toBe("action_already_given");
    expect(ledger.available()).toBe(10);
  });

  test("that the programme does not know is refused", () => {
    expect(new Ledger(program()).refuses(give())).toEqual({ code: "action_unknown", action: "act_a" });
  });

  test.each([
    [true, 15],
    [false, 10],
  ])("counts for the level: %s", (counts_for_tier, earned) => {
    const action = { id: "act_a", kind: "share" as const, name: { en: "share" }, give: 5, counts_for_tier };
    const levels = [{ id: "tir_a", name: { en: "A" }, from: 5, multiplier_percent: 150 }];
    const window = { kind: "calendar_year" as const };
    const ledger = new Ledger(program({ actions: [action], tiers: { basis: "points", window, levels } }));
    ledger.must(give());
    const body = ledger.must(sale(1000));
    expect(body.type === "sale" ? body.outcomes[0]?.amount : null).toBe(earned);
  });
});
