import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { updateMerchant } from "../../../src/workers/services/merchant/update.ts";
import { text } from "../../support/workerd/browser.ts";
import { type ApiAnswer, createTestMerchant, type TestMerchant } from "../../support/workerd/merchant.ts";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

let strict: TestMerchant;

beforeAll(async () => {
  strict = await createTestMerchant();
  const changed = await updateMerchant({ ctx: strict.owner, input: { strict_receipts: true } });
  if (!changed.ok) throw new Error("not changed");
  strict.forget();
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function member({ till }: TestMerchant): Promise<string> {
  return text((await till.must("POST", "/v1/members", { name: "Anna" }))["member"]?.["id"]);
}

function sell(
  merchant: TestMerchant,
  id: string,
  receipt: string,
  idem?: string,
  path = "/v1/sales",
): Promise<ApiAnswer> {
  const body = { receipt, member: { id }, total: { amount: 1000, currency: "EUR" } };
  return merchant.till.call("POST", path, { body, ...(idem === undefined ? {} : { idem }) });
}

async function points(merchant: TestMerchant, ids: readonly string[]): Promise<number> {
  let sum = 0;
  for (const id of ids) {
    const balances: unknown = (await merchant.till.must("GET", `/v1/members/${id}`))["wallet"]?.["balances"];
    if (!Array.isArray(balances)) throw new Error("no wallet");
    for (const { unit, available } of balances) if (unit === "points") sum += available;
  }
  return sum;
}

test("of two cards with one receipt at the same time exactly one is credited", async () => {
  for (let round = 0; round < 10; round += 1) {
    const ids = [await member(strict), await member(strict)];

    const answers = await Promise.all(ids.map((id) => sell(strict, id, `race-${round}`)));

    expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: "receipt_on_another_card" });
    expect(await points(strict, ids)).toBe(10);
  }
});

test("the same card may send it again, under its key and under a new one", async () => {
  const id = await member(strict);
  const first = await sell(strict, id, "again", "key-1");

  const retry = await sell(strict, id, "again", "key-1");
  const renewed = await sell(strict, id, "again", "key-2");

  expect(retry.headers.get("idempotency-replayed")).toBe("true");
  expect(retry.body).toEqual(first.body);
  expect(renewed.body["sale"]).toEqual(first.body["sale"]);
});

test("a sale that the ledger refused leaves the receipt free; a full return too", async () => {
  const [anna, bram, cees] = [await member(strict), await member(strict), await member(strict)];
  const body = { receipt: "free", total: { amount: 1000, currency: "EUR" }, redemptions: ["red_unknown"] };
  await strict.till.call("POST", "/v1/sales", { body: { ...body, member: { id: anna } } });
  const sold = await sell(strict, bram, "free");
  expect(sold.status).toBe(201);
  expect(await sell(strict, cees, "free")).toMatchObject({ status: 409 });

  const sale = { id: text(sold.body["sale"]?.["id"]) };
  await strict.till.must("POST", "/v1/returns", { return_id: "x", sale });
  // Until the reservation is over the guard takes it that the first sale may still be on its way.
  const real = Date.now;
  vi.spyOn(Date, "now").mockImplementation(() => real() + 3 * 60_000);

  expect(await sell(strict, cees, "free")).toMatchObject({ status: 201 });
});

test("a preview says what the sale would be answered, and takes nothing", async () => {
  const [anna, bram] = [await member(strict), await member(strict)];
  expect(await sell(strict, anna, "look", undefined, "/v1/sales/preview")).toMatchObject({ status: 200 });
  expect(await sell(strict, bram, "look")).toMatchObject({ status: 201 });

  expect(await sell(strict, anna, "look", undefined, "/v1/sales/preview")).toMatchObject({ status: 409 });
});

test("while the guard cannot be reached nothing is booked, and the till may send it again", async () => {
  const id = await member(strict);
  vi.spyOn(env.MERCHANT_GUARD, "getByName").mockImplementation(() => {
    throw Object.assign(new Error("away"), { retryable: true });
  });
  const refused = await sell(strict, id, "away", "key-away");
  expect(refused).toMatchObject({ status: 503, body: { code: "unavailable", retryable: true } });
  vi.restoreAllMocks();

  expect(await sell(strict, id, "away", "key-away")).toMatchObject({ status: 201 });
  expect(await points(strict, [id])).toBe(10);
});

test("a sale makes one call more, of one guard, and none where receipts are not strict", async () => {
  const id = await member(strict);
  const calls = vi.spyOn(env.MERCHANT_GUARD, "getByName");
  await sell(strict, id, "calls");
  expect(calls).toHaveBeenCalledTimes(1);
  const guard = calls.mock.results[0];
  expect(guard?.type).toBe("return");

  const loose = await createTestMerchant();
  const before = (await listDurableObjectIds(env.MERCHANT_GUARD)).length;
  const ids = [await member(loose), await member(loose)];
  const answers = await Promise.all(ids.map((one) => sell(loose, one, "loose")));
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect((await listDurableObjectIds(env.MERCHANT_GUARD)).length).toBe(before);
  expect(calls).toHaveBeenCalledTimes(1);
});
