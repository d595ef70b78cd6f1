import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { saleNaturalKey } from "../../../src/domain/ledger/natural-key.ts";
import { formatObjectName, guardObjectName } from "../../../src/domain/tenancy/object-name.ts";
import type { MerchantGuard } from "../../../src/durable/merchant-guard/merchant-guard.ts";
import { GuardStore } from "../../../src/durable/merchant-guard/store.ts";
import { receiptGuard } from "../../../src/durable/merchant-guard/client.ts";
import { returnOf, sale, type TestAccount, TILL } from "../../support/workerd/account.ts";
import { TestShop } from "../merchant-insights/support.ts";

const LOCATION = "loc_0000000000000001";
const MINUTE_MS = 60_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Lets so much real time pass. */
function pass(ms: number): void {
  const real = Date.now;
  vi.spyOn(Date, "now").mockImplementation(() => real() + ms);
}

function keyOf(receipt: string): string {
  return saleNaturalKey({ receipt, business_date: "2026-08-10", till: TILL, register: null });
}

async function guarded() {
  const shop = new TestShop();
  const [anna, bram, cees] = [await shop.account(), await shop.account(), await shop.account()];
  const guard = receiptGuard(env.MERCHANT_GUARD, shop.tenant, LOCATION);
  const reserve = (account: TestAccount, receipt: string, preview = false) =>
    guard.reserve({ receipt: keyOf(receipt), account: account.id, preview });
  const stub = env.MERCHANT_GUARD.getByName(formatObjectName(guardObjectName(shop.tenant, `receipts:${LOCATION}`)));
  return { shop, anna, bram, cees, guard, reserve, stub };
}

const TAKEN = { ok: false, error: { code: "receipt_on_another_card" } };

test("the first card gets the receipt, again and again; any other is refused", async () => {
  const { anna, bram, reserve } = await guarded();

  expect(await reserve(anna, "R-1")).toMatchObject({ ok: true });
  expect(await reserve(anna, "R-1")).toMatchObject({ ok: true });
  expect(await reserve(bram, "R-1")).toEqual(TAKEN);
  expect(await reserve(bram, "R-2")).toMatchObject({ ok: true });
});

/** How many of three cards get one receipt when all ask at once. */
async function creditsOfOneReceipt(): Promise<number> {
  const { anna, bram, cees, reserve } = await guarded();
  const answers = await Promise.all([anna, bram, cees].map((account) => reserve(account, "R-1")));
  return answers.filter(({ ok }) => ok).length;
}

test("of three cards at once one gets the receipt, and a guard that remembers nothing is caught (negative control)", async () => {
  expect(await creditsOfOneReceipt()).toBe(1);

  vi.spyOn(GuardStore.prototype, "receipt").mockReturnValue(null);
  expect(await creditsOfOneReceipt()).toBe(3);
});

test("a reservation that no sale followed runs out", async () => {
  const { anna, bram, reserve } = await guarded();
  await reserve(anna, "R-1");

  pass(3 * MINUTE_MS);

  expect(await reserve(bram, "R-1")).toMatchObject({ ok: true });
  expect(await reserve(anna, "R-1")).toEqual(TAKEN);
});

test("a booked sale keeps its receipt although nobody told the guard", async () => {
  const { anna, bram, reserve } = await guarded();
  await reserve(anna, "R-1");
  await anna.book(sale({ receipt: "R-1" }));

  pass(24 * 60 * MINUTE_MS);

  expect(await reserve(bram, "R-1")).toEqual(TAKEN);
});

test("a sale that was wholly returned gives its receipt free", async () => {
  const { anna, bram, guard, reserve } = await guarded();
  await reserve(anna, "R-1");
  const sold = await anna.book(sale({ receipt: "R-1" }));
  await guard.settle({ receipt: keyOf("R-1"), account: anna.id });
  expect(await reserve(bram, "R-1")).toEqual(TAKEN);

  await anna.book(returnOf(sold.body));

  expect(await reserve(bram, "R-1")).toMatchObject({ ok: true });
});

test("a refused sale lets the next card have it at once, a refused retry of one that stands does not", async () => {
  const { anna, bram, guard, reserve } = await guarded();
  await reserve(anna, "R-1");
  await guard.settle({ receipt: keyOf("R-1"), account: anna.id });
  expect(await reserve(bram, "R-1")).toMatchObject({ ok: true });

  await bram.book(sale({ receipt: "R-1" }));
  await guard.settle({ receipt: keyOf("R-1"), account: bram.id });
  await guard.settle({ receipt: keyOf("R-1"), account: bram.id });
  await guard.settle({ receipt: keyOf("R-1"), account: anna.id });

  expect(await reserve(anna, "R-1")).toEqual(TAKEN);
});

test("a sale on an account that went up in another is found there", async () => {
  const { anna, bram, cees, guard, reserve } = await guarded();
  const by = { kind: "system", job: "registry" } as const;
  await anna.client.handOver({ receiver: bram.id, reason: "merge", by });
  await reserve(anna, "R-1");
  await bram.book(sale({ receipt: "R-1" }));
  await guard.settle({ receipt: keyOf("R-1"), account: anna.id });

  expect(await reserve(cees, "R-1")).toEqual(TAKEN);
});

test("of many cards at once exactly one gets it, also when the holder has to be asked first", async () => {
  const { anna, bram, cees, reserve } = await guarded();
  const race = async (receipt: string) => {
    const answers = await Promise.all([anna, bram, cees, bram, cees].map((account) => reserve(account, receipt)));
    return new Set([anna, bram, cees, bram, cees].filter((_, index) => answers[index]?.ok === true)).size;
  };
  expect(await race("R-1")).toBe(1);

  const { anna: dirk } = await guarded();
  await reserve(dirk, "R-2");
  pass(3 * MINUTE_MS);

  expect(await race("R-2")).toBe(1);
});

test("a preview looks and takes nothing", async () => {
  const { anna, bram, reserve, stub } = await guarded();

  expect(await reserve(anna, "R-1", true)).toMatchObject({ ok: true });
  expect(await reserve(bram, "R-1")).toMatchObject({ ok: true });
  expect(await reserve(anna, "R-1", true)).toEqual(TAKEN);
  const rows = await runInDurableObject(stub, (_, { storage }) =>
    storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM receipt").one(),
  );
  expect(rows).toEqual({ n: 1 });
});

test("a sale costs the guard one row, its retry none", async () => {
  const { anna, reserve, stub } = await guarded();
  await reserve(anna, "R-0");
  const written = (receipt: string) =>
    runInDurableObject(stub, async (object, { storage }) => {
      let rows = 0;
      const exec = storage.sql.exec.bind(storage.sql);
      const spy = vi.spyOn(storage.sql, "exec").mockImplementation((query, ...bindings) => {
        const cursor = exec<never>(query, ...bindings);
        rows += cursor.rowsWritten;
        return cursor;
      });
      const to = formatObjectName(guardObjectName(anna.tenant, `receipts:${LOCATION}`));
      await object.reserveReceipt({ to, receipt: keyOf(receipt), account: anna.id, preview: false });
      spy.mockRestore();
      return rows;
    });

  expect(await written("R-1")).toBe(1);
  expect(await written("R-1")).toBe(0);
});

test("a guard answers only under its own name, and for what it watches", async () => {
  const { shop, stub } = await guarded();
  const other = formatObjectName(guardObjectName(new TestShop().tenant, `receipts:${LOCATION}`));
  const own = formatObjectName(guardObjectName(shop.tenant, `receipts:${LOCATION}`));

  const error = (run: (guard: MerchantGuard) => Promise<unknown>) =>
    runInDurableObject(stub, (guard) => run(guard).then(() => "none", String));
  expect(await error((guard) => guard.settleReceipt({ to: other, receipt: "x", account: "y" }))).toContain("reached");
  expect(await error((guard) => guard.stock({ to: own }))).toContain("does not watch stock");
});
