import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { stockGuard } from "../../../src/durable/merchant-guard/client.ts";
import { grant, hold, type TestAccount, TILL } from "../../support/workerd/account.ts";
import { TestShop } from "../merchant-insights/support.ts";

const MINUTE_MS = 60_000;
const OUT = { ok: false, error: { code: "out_of_stock", left: 0 } };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Lets so much more real time pass. */
function pass(ms: number): void {
  const at_ms = Date.now() + ms;
  vi.restoreAllMocks();
  vi.spyOn(Date, "now").mockReturnValue(at_ms);
}

async function stocked(stock: number) {
  const shop = new TestShop();
  const [anna, bram] = [await shop.account(), await shop.account()];
  for (const account of [anna, bram]) await account.book(grant(500));
  const guard = stockGuard(env.MERCHANT_GUARD, shop.tenant, "rew_mug");
  const name = (account: TestAccount, key: string) => `${account.id}|${TILL}:${key}`;
  const reserve = (account: TestAccount, key = "mug", quantity = 1) =>
    guard.reserve({
      booking: name(account, key),
      quantity,
      stock,
      reserved_until_ms: Date.now() + 20 * MINUTE_MS,
      clock_offset_ms: 0,
    });
  const settle = (account: TestAccount, key = "mug") => guard.settle({ booking: name(account, key) });
  const book = (account: TestAccount, key = "mug") => account.book(hold("rew_mug"), { key });
  return { anna, bram, guard, reserve, settle, book };
}

test("is reserved for a booking, as often as it asks, until none is left", async () => {
  const { anna, bram, reserve } = await stocked(3);

  expect(await reserve(anna, "a")).toEqual({ ok: true, value: { left: 2 } });
  expect(await reserve(anna, "a")).toEqual({ ok: true, value: { left: 2 } });
  expect(await reserve(bram, "b", 2)).toEqual({ ok: true, value: { left: 0 } });
  expect(await reserve(bram, "c")).toEqual(OUT);
});

test("of none nobody gets any", async () => {
  const { anna, reserve, guard } = await stocked(0);

  expect(await reserve(anna)).toEqual(OUT);
  expect(await guard.state()).toEqual({ committed: 0, reserved: 0 });
});

test("of 100 at once exactly as many get some as there are", async () => {
  const { anna, reserve } = await stocked(7);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => reserve(anna, `k-${index}`)));

  expect(answers.filter(({ ok }) => ok)).toHaveLength(7);
});

test("comes back when nothing was booked: the refusal was told, or the Worker died", async () => {
  const { anna, bram, reserve, settle } = await stocked(1);
  await reserve(anna);
  expect(await reserve(bram)).toEqual(OUT);
  await settle(anna);
  expect(await reserve(bram)).toMatchObject({ ok: true });

  pass(21 * MINUTE_MS);
  expect(await reserve(anna)).toMatchObject({ ok: true });
});

test("stays taken once it is handed over, although nobody told the guard", async () => {
  const { anna, bram, reserve, settle, book, guard } = await stocked(1);
  await reserve(anna);
  const { body } = await book(anna);
  await anna.book({ type: "capture", hold: body.seq });
  await settle(anna);

  pass(24 * 60 * MINUTE_MS);
  expect(await reserve(bram)).toEqual(OUT);
  expect(await guard.state()).toEqual({ committed: 1, reserved: 0 });
});

test("comes back when the redemption is cancelled", async () => {
  const { anna, bram, reserve, settle, book } = await stocked(1);
  await reserve(anna);
  const { body } = await book(anna);
  await settle(anna);
  expect(await reserve(bram)).toEqual(OUT);
  await anna.book({ type: "cancel", hold: body.seq });
  // The account had said until when it holds it, and nobody says otherwise.
  expect(await reserve(bram)).toEqual(OUT);
  await settle(anna);

  expect(await reserve(bram)).toMatchObject({ ok: true });
});

test("comes back when the redemption expires, and not while it is renewed", async () => {
  const { anna, bram, reserve, book } = await stocked(1);
  await reserve(anna);
  const { body } = await book(anna);
  pass(10 * MINUTE_MS);
  await anna.book({ type: "renew", hold: body.seq });

  pass(12 * MINUTE_MS);
  expect(await reserve(bram)).toEqual(OUT);
  pass(20 * MINUTE_MS);
  expect(await reserve(bram)).toMatchObject({ ok: true });
});

test("a refused retry does not free what the first attempt has taken", async () => {
  const { anna, bram, reserve, settle, book } = await stocked(1);
  await reserve(anna);
  await book(anna);
  await settle(anna);

  expect(await reserve(bram)).toEqual(OUT);
});
