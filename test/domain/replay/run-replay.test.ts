import fc from "fast-check";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ReplayOptions, runReplay } from "../../../scripts/replay/run-replay.ts";
import { reportText } from "../../../scripts/replay/report-text.ts";
import { type FakeOptions, type Fault, KEY, startFakePlatform } from "./support/fake-platform.ts";
import { csvOf, type Row, temporaryFile, temporaryFolder } from "./support/till-file.ts";

const ROWS: readonly Row[] = [
  ["1", "mug", 4, "5.25", "anna"],
  ["1", "mug", 2, "5.00", "anna"],
  ["1", "gift", 1, "0", "anna"],
  ["2", "pin", 3, "0.33", "bram"],
  ["3", "mug", 3, "5.10", "anna"],
  ["4", "mug", 9, "5.10", ""],
  ["C5", "mug", -5, "5.10", "anna"],
  ["C5", "vase", -1, "9.00", "anna"],
  ["6", "pin", 40, "0.33", "bram"],
  ["6", "pin", -3, "0.33", "bram"],
  ["C7", "mug", -1, "5.10", "cleo"],
  ["C8", "mug", -4, "5.10", "anna"],
];

function optionsFor(url: string, changes: Partial<ReplayOptions> = {}): ReplayOptions {
  return { file: temporaryFile(csvOf(...ROWS)), url, key: KEY, sleep: () => Promise.resolve(), ...changes };
}

async function start(options: FakeOptions = {}, changes: Partial<ReplayOptions> = {}) {
  const { platform, url } = await startFakePlatform(options);
  return { platform, options: optionsFor(url, changes) };
}

const none = { accepted: 0, replayed: 0, done_before: 0, refused: 0, not_sent: 0, not_recorded: 0 };

test("sends everything, reads it back and finds it right", async () => {
  const { platform, options } = await start();
  const report = await runReplay(options);
  expect(report).toMatchObject({
    ok: true,
    differences: [],
    refused: [],
    sent: {
      member: { ...none, accepted: 3 },
      sale: { ...none, accepted: 4 },
      return: { ...none, accepted: 3 },
      anonymous_sale: { ...none, accepted: 1 },
    },
    input: {
      lines: 12,
      sales: 5,
      cancellations: 3,
      customers: 3,
      zero_price: 1,
      without_customer: { lines: 1, sales: 1 },
    },
    sales_without_customer: { recorded: 1, not_recorded: 0, earned: { points: 45, "stamps:stc_visit": 1 } },
    members: [
      // 46.30 in all; the mugs come back, so the gift alone is kept.
      { customer: "anna", balances: { points: 0, "stamps:stc_visit": 0 } },
      // 0.99 + 13.20: the pence carry over.
      { customer: "bram", balances: { points: 14, "stamps:stc_visit": 1 } },
      { customer: "cleo", balances: { points: 0, "stamps:stc_visit": 0 } },
    ],
  });
  expect(report.input.skipped).toMatchObject([{ reason: "stock_correction", invoice: "6" }]);
  expect(report.unmatched).toMatchObject([
    { sku: "vase", reason: "never_sold" },
    { sku: "mug", customer: "cleo", reason: "never_sold" },
  ]);
  expect(platform.ledgerOf("anna").bodies.map(({ type }) => type)).toEqual([
    "opened",
    "sale",
    "sale",
    "return",
    "return",
    "return",
  ]);
});

test("sent again, everything is replayed and nothing moves", async () => {
  const { platform, options } = await start();
  const first = await runReplay(options);
  const rows = () => [...platform.ledgers.values()].map((ledger) => ledger.rows.map(({ text }) => text));
  const before = rows();
  const again = await runReplay(options);
  expect(again.sent).toEqual({
    member: { ...none, replayed: 3 },
    sale: { ...none, replayed: 4 },
    return: { ...none, replayed: 3 },
    anonymous_sale: { ...none, replayed: 1 },
  });
  expect(again.sales_without_customer).toEqual(first.sales_without_customer);
  expect(again.members).toEqual(first.members);
  expect(again.ok).toBe(true);
  expect(rows()).toEqual(before);
});

describe("trouble on the way", () => {
  const faults: readonly [what: string, fault: Fault][] = [
    ["503 and a time to wait", { status: 503, headers: { "Retry-After": "2" } }],
    ["429", { status: 429 }],
    ["500", { status: 500 }],
    ["a connection that breaks before the work", "break_before"],
    ["a connection that breaks after the work, so that the retry is a duplicate", "break_after"],
  ];
  test.each(faults)("every first try meets %s, and the outcome is the same", async (_what, fault) => {
    const seen = new Set<string>();
    const firstOf = (name: string) => !seen.has(name) && seen.add(name).size > 0;
    const { options } = await start({
      fault: ({ method, path, key }) => (firstOf(`${method} ${path} ${key}`) ? fault : null),
    });
    const { options: calm } = await start();
    const report = await runReplay(options);
    const { members } = await runReplay(calm);
    expect(report.ok).toBe(true);
    expect(report.members.map(({ balances }) => balances)).toEqual(members.map(({ balances }) => balances));
    const { accepted, replayed } = report.sent.sale;
    expect(accepted + replayed).toBe(4);
    expect(replayed).toBe(fault === "break_after" ? 4 : 0);
    // Eleven writes while sending; the first member was made before that.
    expect(report.sending.retries).toBeGreaterThanOrEqual(10);
  });

  test("waits as long as Retry-After says, else longer and longer", async () => {
    const waits: number[] = [];
    const sleep = (ms: number) => Promise.resolve(void waits.push(ms));
    const { options } = await start(
      {
        fault: ({ path, count }) => {
          if (path !== "/v1/program") return null;
          return count === 0 ? { status: 503, headers: { "Retry-After": "7" } } : count === 1 ? { status: 503 } : null;
        },
      },
      { sleep },
    );
    await runReplay(options);
    expect(waits[0]).toBe(7000);
    expect(waits[1]).toBeGreaterThanOrEqual(200);
    expect(waits[1]).toBeLessThanOrEqual(400);
  });

  test("a platform that goes away for good stops the run, and the same command goes on from there", async () => {
    let down = false;
    const { options } = await start({ fault: ({ count }) => (down && count > 6 ? { status: 503 } : null) });
    down = true;
    await expect(runReplay(options)).rejects.toMatchObject({ exitCode: 1, message: expect.stringContaining("503") });
    down = false;
    const report = await runReplay(options);
    expect(report.ok).toBe(true);
    expect(report.sent.member.replayed).toBeGreaterThan(0);
    expect(report.sent.return.accepted).toBe(3);
  });

  test("a stop in the middle ends after what is under way; the next run goes on", async () => {
    const interrupt = new AbortController();
    const { options } = await start({
      fault: ({ path }) => {
        if (path === "/v1/returns") interrupt.abort();
        return null;
      },
    });
    await expect(runReplay({ ...options, signal: interrupt.signal })).rejects.toMatchObject({ exitCode: 130 });
    const report = await runReplay(options);
    expect(report.ok).toBe(true);
    expect(report.sent.return).toEqual({ ...none, accepted: 2, replayed: 1 });
  });
});

describe("sales without a customer", () => {
  const alone: readonly Row[] = [
    ["1", "mug", 1, "9.99", ""],
    ["2", "mug", 2, "5.00", ""],
    ["2", "gift", 1, "0", ""],
    ["2", "mug", -1, "5.00", ""],
    ["3", "broken", -7, "0", ""],
    ["C4", "mug", -2, "5.00", ""],
    ["5", "pin", 1, "0.60", ""],
    ["6", "pin", 1, "0.60", ""],
  ];
  const file = () => temporaryFile(csvOf(...alone));

  test("wait to be claimed, each counted from zero; what nobody bought is not sent", async () => {
    const { platform, options } = await start({}, { file: file() });
    const report = await runReplay(options);
    expect(report).toMatchObject({
      ok: true,
      differences: [],
      input: { without_customer: { lines: 8, sales: 4, cancellations: 1, zero_price: 1 } },
      sent: { anonymous_sale: { ...none, accepted: 4 }, member: none },
      sales_without_customer: { recorded: 4, earned: { points: 19, "stamps:stc_visit": 1 } },
    });
    expect(report.input.skipped.map(({ line, reason }) => [line, reason])).toEqual([
      [5, "stock_correction"],
      [6, "stock_correction"],
      [7, "cancelled_by_nobody"],
    ]);
    expect(platform.ledgers.size).toBe(4);
    expect(reportText(report)).toContain("and so is what 4 sales without a customer earned");
  });

  test("that earned something else are a difference", async () => {
    const wallet = { balances: [{ unit: "points", available: 8, pending: 1, held: 0 }] };
    const wrong = { sale: { id: "sal_1" }, wallet, claim: { token: "t" }, warnings: [] };
    const { options } = await start(
      { fault: ({ key }) => (key === "replay:anonymous_sale:1" ? { status: 201, body: wrong } : null) },
      { file: file() },
    );
    const report = await runReplay(options);
    expect(report.ok).toBe(false);
    expect(report.differences).toEqual([
      { customer: null, invoice: "1", member: null, unit: "points", platform: 8, computed: 9 },
      { customer: null, invoice: "1", member: null, unit: "points pending", platform: 1, computed: 0 },
    ]);
    expect(reportText(report)).toContain("invoice 1 (no customer): 8 points on the platform, 9 by the file");
  });

  test("that are refused are named, and missed by the check", async () => {
    const refusal = { status: 409, body: { code: "receipt_reused", detail: "Used before." } };
    const { platform, options } = await start(
      { fault: ({ key }) => (key === "replay:anonymous_sale:2" ? refusal : null) },
      { file: file() },
    );
    const report = await runReplay(options);
    expect(report.refused).toMatchObject([{ kind: "anonymous_sale", customer: null, invoice: "2" }]);
    expect(report.differences.map(({ invoice, computed }) => [invoice, computed])).toEqual([
      ["2", 10],
      ["2", 1],
    ]);
    expect(platform.ledgers.size).toBe(3);
  });

  test("are counted as not recorded by a merchant without claims, and that is no error", async () => {
    const { platform, options } = await start({ claims: false }, { file: file() });
    const report = await runReplay(options);
    expect(report).toMatchObject({
      ok: true,
      differences: [],
      sent: { anonymous_sale: { ...none, not_recorded: 4 } },
      sales_without_customer: { recorded: 0, not_recorded: 4, earned: {} },
    });
    expect(platform.ledgers.size).toBe(0);
  });

  test("are not sent with a key that may not keep their dates", async () => {
    const { platform, options } = await start({ backfill: false }, { file: file() });
    await expect(runReplay(options)).rejects.toMatchObject({ exitCode: 2 });
    expect(platform.ledgers.size).toBe(0);
  });

  test("that were booked without a claim link stop the run", async () => {
    const body = { sale: { id: "sal_1" }, wallet: { balances: [] }, claim: null, warnings: [] };
    const { options } = await start(
      { fault: ({ path }) => (path === "/v1/sales" ? { status: 201, body } : null) },
      { file: file() },
    );
    await expect(runReplay(options)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining("nobody can claim it"),
    });
  });
});

describe("the state file", () => {
  test("spares the next run what is done, and the check is as good", async () => {
    const { platform, options } = await start();
    const state = join(temporaryFolder(), "state");
    await runReplay({ ...options, state });
    const before = platform.requests.length;
    const again = await runReplay({ ...options, state });
    expect(again.sent.sale).toEqual({ ...none, done_before: 4 });
    expect(again.ok).toBe(true);
    const paths = platform.requests.slice(before).map(({ method, path }) => `${method} ${path.replace(/mem_.*/, "…")}`);
    // What a sale without a customer earned is told by its answer alone, so it is asked for again.
    expect(again.sent.anonymous_sale).toEqual({ ...none, replayed: 1 });
    expect([...new Set(paths)]).toEqual([
      "GET /v1/program",
      "POST /v1/sales/preview",
      "POST /v1/sales",
      "GET /v1/members/…",
    ]);
  });

  test("that was cut off in the middle of a line only loses that line", async () => {
    const { options } = await start();
    const state = join(temporaryFolder(), "state");
    await runReplay({ ...options, state });
    writeFileSync(state, readFileSync(state, "utf8").slice(0, -20));
    const { sent, ok } = await runReplay({ ...options, state });
    const counts = [sent.member, sent.sale, sent.return];
    expect([ok, counts.reduce((sum, count) => sum + count.replayed, 0)]).toEqual([true, 1]);
    expect(counts.reduce((sum, count) => sum + count.done_before, 0)).toBe(9);
    expect((await runReplay({ ...options, state })).sent.member.done_before).toBe(3);
  });

  test.each([
    ["of another till", '{"replay":1,"till":"til_2"}\n', "it belongs to the till til_2"],
    ["that is something else", "a,b\n1,2\n", "it is not a state file"],
  ])("%s is refused", async (_what, content, message) => {
    const { options } = await start();
    const state = temporaryFile(content, "state");
    await expect(runReplay({ ...options, state })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  });
});

describe("the check", () => {
  test("names every balance that is not what the file says", async () => {
    const { platform, options } = await start();
    await runReplay(options);
    platform.ledgerOf("bram").must({ type: "adjustment", unit: "points", delta: 1, card_no: null });
    platform.ledgerOf("cleo").must({ type: "adjustment", unit: "stamps:stc_visit", delta: 2, card_no: null });
    const report = await runReplay(options);
    expect(report.ok).toBe(false);
    expect(report.differences).toEqual([
      { customer: "bram", invoice: null, member: "mem_2", unit: "points", platform: 15, computed: 14 },
      { customer: "cleo", invoice: null, member: "mem_3", unit: "stamps:stc_visit", platform: 2, computed: 0 },
    ]);
    expect(reportText(report)).toContain("bram (mem_2): 15 points on the platform, 14 by the file");
  });

  test("finds what was refused, by its code and by the balance that is missing", async () => {
    const refusal = { status: 409, body: { code: "receipt_reused", detail: "Used before." } };
    const { options } = await start({ fault: ({ key }) => (key === "replay:sale:anna:3" ? refusal : null) });
    const report = await runReplay(options);
    expect(report.refused).toEqual([
      { kind: "sale", customer: "anna", invoice: "3", code: "receipt_reused", detail: "Used before." },
    ]);
    expect(report.sent.return).toEqual({ ...none, accepted: 2, not_sent: 1 });
    expect(report.ok).toBe(false);
    expect(reportText(report)).toContain("refused by code: receipt_reused 1");
  });

  test("agrees with the ledger's own rules on any sales and returns", { timeout: 60_000 }, async () => {
    const row = fc.record({
      who: fc.constantFrom("anna", "bram", ""),
      sku: fc.constantFrom("a", "b", "c"),
      quantity: fc.integer({ min: 1, max: 5 }),
      price: fc.integer({ min: 0, max: 450 }),
      invoice: fc.integer({ min: 1, max: 12 }),
      back: fc.boolean(),
    });
    const files = fc.array(row, { minLength: 1, maxLength: 40 }).map((rows) =>
      [...rows]
        .sort((a, b) => a.invoice - b.invoice)
        .map(({ who, sku, quantity, price, invoice, back }): Row => {
          const pounds = (price / 100).toFixed(2);
          // Every third invoice is a cancellation; what is sold on one, and brought back on another, is skipped.
          return invoice % 3 === 0
            ? [`C${invoice}`, sku, -quantity, pounds, who]
            : [String(invoice), sku, back && invoice % 4 === 0 ? -quantity : quantity, pounds, who];
        }),
    );
    await fc.assert(
      fc.asyncProperty(files, async (rows) => {
        const { options } = await start({}, { file: temporaryFile(csvOf(...rows)) });
        expect(await runReplay(options)).toMatchObject({ ok: true, differences: [] });
      }),
      { numRuns: 60 },
    );
  });
});

test("sales go to the member who already has the customer's number", async () => {
  const { platform, options } = await start();
  platform.enrol("bram");
  const report = await runReplay(options);
  expect(report.ok).toBe(true);
  expect(report.sent.member).toEqual({ ...none, accepted: 2, done_before: 1 });
});

describe("refuses in one line", () => {
  const cases: readonly [what: string, fake: FakeOptions, changes: Partial<ReplayOptions>, message: string][] = [
    ["a key the platform does not know", {}, { key: "stk_test_other" }, "the key is refused: It is key_invalid."],
    ["a key that may not backfill", { backfill: false }, {}, "a key with the scope backfill"],
    ["a merchant with other money", { currency: "EUR" }, {}, "the key's merchant works in EUR"],
    ["a server that is no platform", { fault: () => ({ status: 404, body: "hi" }) }, {}, "does not answer as the API"],
    ["an address without a server", {}, { url: "http://127.0.0.1:9" }, "is the platform running?"],
    ["a file that is not there", {}, { file: "/nowhere.csv" }, "cannot read /nowhere.csv"],
  ];
  test.each(cases)("%s", async (_what, fake, changes, message) => {
    const { options } = await start(fake, changes);
    await expect(runReplay(options)).rejects.toMatchObject({
      name: "ReplayError",
      exitCode: 2,
      message: expect.stringMatching(new RegExp(`^[^\\n]*${message.replaceAll("?", "\\?")}[^\\n]*$`)),
    });
  });
});

test("one customer's steps are never under way at the same time, different customers' are", async () => {
  const open = new Map<string, number>();
  let together = 0;
  let ofOne = 0;
  const { platform, url } = await startFakePlatform();
  const many = Array.from({ length: 8 }, (_, who) =>
    Array.from({ length: 5 }, (_item, at): Row => [`${who}-${at}`, "mug", 1, "3.30", `c${who}`]),
  ).flat();
  const answer = platform.answer.bind(platform);
  platform.answer = async (request, response) => {
    const who = String(request.headers["idempotency-key"]).split(":")[2] ?? "";
    open.set(who, (open.get(who) ?? 0) + 1);
    ofOne = Math.max(ofOne, who.startsWith("c") ? (open.get(who) ?? 0) : 0);
    together = Math.max(together, [...open.values()].filter((count) => count > 0).length);
    await new Promise((resolve) => setTimeout(resolve, 2));
    open.set(who, (open.get(who) ?? 0) - 1);
    await answer(request, response);
  };
  const report = await runReplay(optionsFor(url, { file: temporaryFile(csvOf(...many)), concurrency: 4 }));
  expect(report.ok).toBe(true);
  expect(ofOne).toBe(1);
  expect(together).toBeGreaterThan(1);
  expect(together).toBeLessThanOrEqual(4);
});
