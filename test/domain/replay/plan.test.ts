import { describe, expect, test } from "vitest";
import { planReplay } from "../../../scripts/replay/plan.ts";
import { sortLines } from "../../../scripts/replay/receipts.ts";
import { parseTillLines } from "../../../scripts/replay/till-lines.ts";
import { HEADER, linesOf, type Row } from "./support/till-file.ts";

function planOf(...rows: readonly Row[]) {
  return planReplay(sortLines(linesOf(...rows)));
}

/** The returns of the one customer, as "cancellation/invoice: sku×quantity". */
function returnsOf(...rows: readonly Row[]): string[] {
  return planOf(...rows).customers.flatMap(({ steps }) =>
    steps.flatMap((step) =>
      step.kind === "return"
        ? [`${step.return_id}: ${step.lines.map(({ sku, quantity }) => `${sku}×${quantity}`).join(" ")}`]
        : [],
    ),
  );
}

describe("sorting lines", () => {
  test("every line ends in exactly one place", () => {
    const sorted = sortLines(
      linesOf(
        ["1", "mug", 2, "2.50", "anna"],
        ["1", "gift", 1, "0", "anna"],
        ["1", "lost", -1, "2.50", "anna"],
        ["2", "mug", 1, "2.50", ""],
        ["2", "gift", 1, "0", ""],
        ["3", "broken", -5, "0", ""],
        ["C4", "mug", -1, "2.50", ""],
        ["C5", "mug", -1, "2.50", "anna"],
        ["C5", "mug", 1, "2.50", "anna"],
        ["6", "debt", 1, "-9.99", "bram"],
        ["6", "air", 0, "1", "bram"],
      ),
    );
    expect(sorted.receipts.map(({ invoice, lines }) => [invoice, lines.length])).toEqual([
      ["1", 2],
      ["C5", 1],
    ]);
    expect(sorted.anonymous.map(({ invoice, lines }) => [invoice, lines.length])).toEqual([["2", 2]]);
    expect(sorted.skipped.map(({ line, reason }) => [line, reason])).toEqual([
      [4, "stock_correction"],
      [7, "stock_correction"],
      [8, "cancelled_by_nobody"],
      [10, "sold_on_a_cancellation"],
      [11, "negative_price"],
      [12, "no_quantity"],
    ]);
    expect(sorted.without_customer).toEqual({ lines: 4, sales: 1, cancellations: 1, zero_price: 1 });
    expect(sorted.zero_price).toBe(1);
    expect(sorted.customers).toEqual(["anna", "bram"]);
  });

  test("an invoice is as old as its first line, and two of one minute keep the order of the file", () => {
    const rows = [
      "3,a,,1,2010-12-02T10:01:00,1,anna,",
      "2,a,,1,2010-12-02T10:00:00,1,anna,",
      "1,a,,1,2010-12-02T10:00:00,1,anna,",
      "3,a,,1,2010-12-02T09:00:00,1,anna,",
    ];
    const { receipts } = sortLines(parseTillLines([HEADER, ...rows].join("\n")));
    expect(receipts.map(({ invoice }) => invoice)).toEqual(["2", "1", "3"]);
  });

  test("an invoice that names two customers is a receipt of each", () => {
    const { receipts } = sortLines(linesOf(["1", "a", 1, "1", "anna"], ["1", "b", 1, "1", "bram"]));
    expect(receipts.map(({ customer, lines }) => [customer, lines.length])).toEqual([
      ["anna", 1],
      ["bram", 1],
    ]);
  });
});

describe("a sale", () => {
  test("carries its lines, its total and its real time", () => {
    const [anna] = planOf(["536365", "mug", 6, "2.55", "anna"], ["536365", "pin", 2, "0.125", "anna"]).customers;
    expect(anna).toEqual({
      customer: "anna",
      key: "replay:member:anna",
      steps: [
        {
          kind: "sale",
          key: "replay:sale:anna:536365",
          invoice: "536365",
          body: {
            receipt: "536365",
            occurred_at: "2010-12-01T08:00:00+00:00",
            total: { amount: 1555, currency: "GBP" },
            lines: [
              { sku: "mug", name: "a mug", quantity: "6", amount: 1530, unit_price: 255 },
              { sku: "pin", name: "a pin", quantity: "2", amount: 25 },
            ],
          },
        },
      ],
    });
  });

  test("in summer is an hour ahead of Greenwich", () => {
    const lines = parseTillLines(`${HEADER}\n1,mug,,1,2011-07-01T09:00:00,1,anna,United Kingdom`);
    expect(planReplay(sortLines(lines)).customers[0]?.steps[0]).toMatchObject({
      body: { occurred_at: "2011-07-01T09:00:00+01:00", lines: [{ sku: "mug", quantity: "1", amount: 100 }] },
    });
  });
});

describe("a sale without a customer", () => {
  test("is as any other, under a key of its own kind", () => {
    const { customers, anonymous } = planOf(["1", "mug", 2, "2.50", ""], ["1", "pin", 1, "1", "anna"]);
    expect(customers).toHaveLength(1);
    expect(anonymous).toMatchObject([
      { key: "replay:anonymous_sale:1", body: { receipt: "1", total: { amount: 500 }, lines: [{ sku: "mug" }] } },
    ]);
  });
});

describe("an invoice without a customer that is longer than a sale may be", () => {
  const rows = (count: number) => Array.from({ length: count }, (_, at): Row => ["1", `s${at}`, 2, "0.10", ""]);

  test("keeps its total, and its last lines become one", () => {
    const { anonymous, folded } = planOf(...rows(502));
    const body = anonymous[0]?.body;
    expect(body).toMatchObject({ total: { amount: 502 * 20 } });
    expect(body?.lines).toHaveLength(500);
    expect(body?.lines.at(-1)).toEqual({ name: "3 more lines", quantity: "1", amount: 60 });
    expect(folded).toEqual(["1"]);
  });

  test("is sent as it is at the limit", () => {
    const { anonymous, folded } = planOf(...rows(500));
    expect(anonymous[0]?.body.lines.at(-1)).toMatchObject({ sku: "s499" });
    expect(folded).toEqual([]);
  });
});

describe("a cancellation", () => {
  test("takes back from the newest sale that has the sku", () => {
    expect(
      returnsOf(
        ["1", "mug", 5, "1", "anna"],
        ["2", "mug", 5, "1", "anna"],
        ["3", "pin", 5, "1", "anna"],
        ["C4", "mug", -2, "1", "anna"],
      ),
    ).toEqual(["C4/2: mug×2"]);
  });

  test("that spans several sales becomes one return for each, newest first", () => {
    expect(
      returnsOf(
        ["1", "mug", 5, "1", "anna"],
        ["1", "pin", 1, "1", "anna"],
        ["2", "mug", 3, "1", "anna"],
        ["C3", "mug", -4, "1", "anna"],
        ["C3", "pin", -1, "1", "anna"],
      ),
    ).toEqual(["C3/2: mug×3", "C3/1: mug×1 pin×1"]);
  });

  test("does not take what came back before", () => {
    const rows: Row[] = [
      ["1", "mug", 2, "1", "anna"],
      ["2", "mug", 2, "1", "anna"],
      ["C3", "mug", -1, "1", "anna"],
      ["C4", "mug", -2, "1", "anna"],
    ];
    expect(returnsOf(...rows)).toEqual(["C3/2: mug×1", "C4/2: mug×1", "C4/1: mug×1"]);
  });

  test("takes one sku that stands twice on a receipt, and twice on the cancellation, as one line", () => {
    expect(
      returnsOf(
        ["1", "mug", 2, "1", "anna"],
        ["1", "mug", 3, "2", "anna"],
        ["C2", "mug", -1, "2", "anna"],
        ["C2", "mug", -3, "2", "anna"],
      ),
    ).toEqual(["C2/1: mug×4"]);
  });

  test("reports what was never sold and what is more than was sold, and returns the rest", () => {
    const { customers, unmatched } = planOf(
      ["1", "mug", 2, "1", "anna"],
      ["1", "pin", 2, "1", "bram"],
      ["C2", "mug", -5, "1", "anna"],
      ["C2", "pin", -1, "1", "anna"],
    );
    expect(customers[0]?.steps).toHaveLength(2);
    expect(unmatched).toEqual([
      {
        reason: "more_than_sold",
        line: 4,
        invoice: "C2",
        customer: "anna",
        sku: "mug",
        description: "a mug",
        quantity: "3",
      },
      {
        reason: "never_sold",
        line: 5,
        invoice: "C2",
        customer: "anna",
        sku: "pin",
        description: "a pin",
        quantity: "1",
      },
    ]);
  });

  test("does not reach a sale that comes after it", () => {
    expect(planOf(["C1", "mug", -1, "1", "anna"], ["2", "mug", 1, "1", "anna"]).unmatched).toHaveLength(1);
  });

  test("of a customer with nothing to send still makes the member", () => {
    expect(planOf(["C1", "mug", -1, "1", "anna"]).customers).toEqual([
      { customer: "anna", key: "replay:member:anna", steps: [] },
    ]);
  });
});

describe("keys", () => {
  test("are the same on every run and differ between steps", () => {
    const rows: Row[] = [
      ["1", "mug", 2, "1", "anna"],
      ["2", "mug", 2, "1", "anna"],
      ["C3", "mug", -3, "1", "anna"],
      ["1", "mug", 2, "1", "bram"],
    ];
    const keys = planOf(...rows).customers.flatMap(({ key, steps }) => [key, ...steps.map((step) => step.key)]);
    expect(new Set(keys).size).toBe(keys.length);
    expect(planOf(...rows).customers.flatMap(({ key, steps }) => [key, ...steps.map((step) => step.key)])).toEqual(
      keys,
    );
  });

  test("are visible ASCII of at most 255 characters, whatever the names", () => {
    const name = "é".repeat(48);
    const [plan] = planOf([name, "mug", 2, "1", name], [`C${name.slice(1)}`, "mug", -1, "1", name]).customers;
    for (const { key } of plan?.steps ?? []) expect(key).toMatch(/^[\x21-\x7e]{1,255}$/);
    expect(new Set(plan?.steps.map(({ key }) => key)).size).toBe(2);
  });
});
