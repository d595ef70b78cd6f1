import { expect, test } from "vitest";
import { type Evidence, type Flag, weigh, WITHDRAWN } from "../../../src/domain/insights/flag.ts";

const NOW = 1_800_000_000_000;

function piece(account: string, seq = 2): Evidence {
  return { account, seq, at_ms: NOW, location: "loc_1", till: "til_1", staff: null, total: 500, receipt: "R-1" };
}

function look(known: Flag | null, ...accounts: string[]): Flag | null {
  const evidence = accounts.map((account) => piece(account));
  return weigh(known, { rule: "receipt_on_two_cards", subject: "sale|R-1", evidence }, NOW);
}

function opened(...accounts: string[]): Flag {
  const flag = look(null, ...accounts);
  if (flag === null) throw new Error("not opened");
  return flag;
}

test("one card is no finding, two are", () => {
  expect(look(null, "a")).toBe(null);
  expect(look(null, "a", "b")).toMatchObject({ state: "open", opened_at_ms: NOW, resolved_at_ms: null });
});

test("two sales of one card are no finding", () => {
  const evidence = [piece("a", 2), piece("a", 3)];
  expect(weigh(null, { rule: "receipt_on_two_cards", subject: "x", evidence }, NOW)).toBe(null);
});

test("what was seen before changes nothing, in whatever order", () => {
  const flag = opened("a", "b");
  expect(look(flag, "b", "a")).toBe(flag);
});

test("more of it opens what somebody closed; less does not", () => {
  const closed: Flag = { ...opened("a", "b"), state: "fine", resolved_at_ms: NOW, resolved_by: "stf_1" };

  expect(look(closed, "a", "b")).toBe(closed);
  expect(look(closed, "a")).toBe(closed);
  const again = look(closed, "a", "b", "c");
  expect(again).toMatchObject({ state: "open", resolved_by: null });
  expect(again?.evidence.map(({ account }) => account)).toEqual(["a", "b", "c"]);
});

test("a cause that goes closes an open flag, and opens it when it comes back", () => {
  const withdrawn = look(opened("a", "b"), "b");
  expect(withdrawn).toMatchObject({ state: "fine", resolved_by: WITHDRAWN });

  expect(look(withdrawn, "a", "b")).toMatchObject({ state: "open", resolved_by: null });
});
