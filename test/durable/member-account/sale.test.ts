import { expect, test } from "vitest";
import {
  CASHIER,
  cafeProgram,
  coffee,
  grant,
  line,
  newTenant,
  openAccount,
  programPayload,
  refusalOf,
  sale,
  TILL,
} from "../../support/workerd/account.ts";

test("a sale earns points and stamps, in one booking that says why", async () => {
  const account = await openAccount();
  const command = sale({ receipt: "R-100", lines: [coffee("1", 2), line("2", 550, { name: "Taart" })] });

  const view = await account.book(command, { request_hash: "ab".repeat(32) });

  expect(view.body).toMatchObject({
    v: 1,
    seq: 2,
    by: CASHIER,
    type: "sale",
    request_hash: "ab".repeat(32),
    program: 1,
    sale: { receipt: "R-100", total: 1250, currency: "EUR", card_no: 1, lines: command.lines },
    captures: [],
    warnings: [],
  });
  expect(view.body.entries).toEqual([
    expect.objectContaining({ unit: "points", delta: 12, after: 12, why: expect.objectContaining({ eligible: 1250 }) }),
    expect.objectContaining({ unit: "stamps:stc_coffee", delta: 2, after: 2 }),
    expect.objectContaining({ unit: "stamps:stc_visit", delta: 1, after: 1 }),
  ]);
  expect(await account.balances()).toEqual({
    points: { available: 12, held: 0 },
    "stamps:stc_coffee": { available: 2, held: 0 },
    "stamps:stc_visit": { available: 1, held: 0 },
  });
  const read = await account.view();
  expect({ wallet: read.wallet, rewards: read.rewards }).toEqual({ wallet: view.wallet, rewards: view.rewards });
});

test("fractions of a point carry over to the next sale", async () => {
  const account = await openAccount();

  await account.book(sale({ total: 150 }));
  await account.evict();
  await account.book(sale({ total: 150 }));

  expect(await account.balances()).toMatchObject({ points: { available: 3 } });
});

test("rewards come with what is still missing", async () => {
  const account = await openAccount();

  const { rewards } = await account.book(sale({ total: 6000 }));

  expect(rewards.map(({ id, affordable, missing }) => [id, affordable, missing])).toEqual([
    ["rew_ten_percent", true, 0],
    ["rew_two_euro", true, 0],
    ["rew_mug", false, 40],
    ["rew_cookie", false, 2],
    ["rew_free_coffee", false, 10],
  ]);
});

test("a sale in another currency is booked, earns nothing and says so", async () => {
  const account = await openAccount();

  const { body } = await account.book(sale({ currency: "USD" }));

  expect(body).toMatchObject({ entries: [], warnings: [{ code: "foreign_currency", currency: "USD" }] });
  expect(await account.balances()).toEqual({});
});

test("what the lines do not explain becomes a line with a warning", async () => {
  const account = await openAccount();

  const { body } = await account.book(sale({ total: 500, lines: [coffee("1")] }));

  expect(body).toMatchObject({
    sale: { total: 500, lines: [{ id: "1" }, { id: "unallocated", kind: "unallocated", amount: 150 }] },
    warnings: [{ code: "total_differs", difference: 150 }],
  });
  expect(await account.balances()).toMatchObject({ points: { available: 5 } });
});

test("a sale shows on the account of this member, mode and merchant only", async () => {
  const account = await openAccount();
  const other = await openAccount();

  await account.book(sale(), { key: "same" });
  const view = await other.book(sale(), { key: "same" });

  expect(view.body.seq).toBe(2);
  expect(await other.balances()).toEqual(await account.balances());
  expect(newTenant().merchant).not.toBe(account.tenant.merchant);
});

test("a correction adds and takes away, never more than is free", async () => {
  const account = await openAccount();
  await account.book(grant(30));

  await account.book(grant(-10));
  const refused = await account.send(grant(-21));

  expect(refusalOf(refused)).toEqual({ code: "insufficient_balance", unit: "points", needed: 21, available: 20 });
  expect(refusalOf(await account.send(grant(5, "stamps:stc_gone")))).toMatchObject({ code: "unit_unknown" });
  expect(await account.balances()).toEqual({ points: { available: 20, held: 0 } });
});

test("units of an older programme stay in the wallet", async () => {
  const account = await openAccount();
  await account.book(sale({ lines: [coffee("1")] }));
  const { stamp_cards, rewards } = cafeProgram;
  account.program = programPayload(2, {
    ...cafeProgram,
    stamp_cards: stamp_cards.filter(({ id }) => id !== "stc_coffee"),
    rewards: rewards.filter(({ id }) => id !== "rew_free_coffee"),
  });

  expect(await account.balances()).toMatchObject({ "stamps:stc_coffee": { available: 1 } });
  await account.book(sale({ lines: [coffee("1")] }));
  expect(await account.balances()).toMatchObject({ "stamps:stc_coffee": { available: 1 }, points: { available: 7 } });
});

test("bookings are read in pages, both ways, by type", async () => {
  const account = await openAccount();
  for (let index = 0; index < 4; index += 1) await account.book(index % 2 === 0 ? sale() : grant(1));
  const page = async (query: Parameters<typeof account.client.bookings>[0]) => {
    const answer = await account.client.bookings(query);
    return answer.ok ? answer.value.map(({ body }) => body.seq) : answer.refusal;
  };

  expect(await page({ beyond_seq: null, order: "asc", limit: 2, types: null })).toEqual([1, 2]);
  expect(await page({ beyond_seq: 2, order: "asc", limit: 200, types: null })).toEqual([3, 4, 5]);
  expect(await page({ beyond_seq: null, order: "desc", limit: 2, types: null })).toEqual([5, 4]);
  expect(await page({ beyond_seq: 4, order: "desc", limit: 200, types: ["sale", "opened"] })).toEqual([2, 1]);
  expect(await page({ beyond_seq: null, order: "asc", limit: 200, types: ["hold"] })).toEqual([]);
  expect(await account.client.booking(3)).toMatchObject({
    ok: true,
    value: { story: { body: { seq: 3, type: "adjustment" } } },
  });
  expect(await account.client.booking(6)).toEqual({ ok: true, value: { owner: account.id, story: null } });
});

test("a key is known to the account that used it", async () => {
  const account = await openAccount();

  await account.book(sale(), { key: "used" });

  expect(await account.client.knowsKey(`${TILL}:used`)).toBe(true);
  expect(await account.client.knowsKey(`${TILL}:unused`)).toBe(false);
});
