import { expect, test } from "vitest";
import {
  cafeProgram,
  programPayload,
  grant,
  hold,
  openAccount,
  refusalOf,
  returnOf,
  sale,
  type TestAccount,
} from "../../support/workerd/account.ts";

const birthdays = {
  ...cafeProgram,
  dated_gifts: [{ id: "gif_b", name: { en: "Birthday" }, on: { kind: "birthday" }, gives: { kind: "units", give: 5 } }],
};

test("a replaced card is blocked and its balance stays", async () => {
  const account = await openAccount();
  await account.book(sale());

  const issued = await account.book({ type: "issue_card", card_kind: "plastic", replaces: 1 });

  expect(issued.body).toMatchObject({ type: "card_issued", card_no: 2, card_kind: "plastic", replaces: 1 });
  expect((await account.view()).cards).toMatchObject([
    { card_no: 1, kind: "digital", state: "blocked" },
    { card_no: 2, kind: "plastic", state: "active" },
  ]);
  await account.evict();
  expect(refusalOf(await account.send(sale({ card_no: 1 })))).toEqual({ code: "card_blocked", card_no: 1 });
  await account.book(sale({ card_no: 2 }));
  expect(await account.balances()).toMatchObject({ points: { available: 25 } });
});

test("a blocked card earns and spends nothing, the member without a card still can", async () => {
  const account = await openAccount();
  await account.book(grant(50));
  await account.book({ type: "block_card", card_no: 1 });
  const blocked = { code: "card_blocked", card_no: 1 };

  expect(refusalOf(await account.send(sale()))).toEqual(blocked);
  expect(refusalOf(await account.send(hold("rew_two_euro")))).toEqual(blocked);
  expect(refusalOf(await account.send({ type: "adjustment", unit: "points", delta: 5, card_no: 1 }))).toEqual(blocked);
  expect(refusalOf(await account.preview(sale()))).toEqual(blocked);
  expect(refusalOf(await account.send(sale({ card_no: 8 })))).toEqual({ code: "card_unknown", card_no: 8 });
  await account.book({ type: "block_card", card_no: 1 });
  await account.book(hold("rew_two_euro", { card_no: null }));
  expect(await account.balances()).toEqual({ points: { available: 30, held: 20 } });
});

/** Every value that the object stores, as one text. */
function everything(account: TestAccount): Promise<string> {
  return account.inside(({ sql }) => {
    const tables = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    const rows = tables.flatMap(({ name }) => sql.exec(`SELECT * FROM "${name}"`).toArray());
    return JSON.stringify(rows);
  });
}

test("erasing leaves a tombstone, no word of the member's, and the sums", async () => {
  const account = await openAccount({ mode: "test" });
  const note = { reason: "Jolanda belde", metadata: { naam: "Jolanda Smit" } };
  const command = sale({ receipt: "R-1" });
  const first = await account.book(command, { key: "k1", note });
  await account.book(grant(50), { note });
  const held = await account.book(hold("rew_two_euro"), { note });
  await account.send(returnOf("R-later"), { key: "parked", note });
  await account.send(hold("rew_mug"), { key: "refused", note });
  expect(await everything(account)).toContain("Jolanda");
  const bodies = (await account.chainRows()).map(({ body }) => body);

  const erased = await account.book({ type: "erase" }, { key: "erase", note });

  expect(erased).toMatchObject({ body: { type: "erased" }, note: null });
  expect(await everything(account)).not.toMatch(/Jolanda|naam/);
  const rows = await account.chainRows();
  expect(rows.map(({ body }) => body).slice(0, -1)).toEqual(bodies);
  expect(rows.every((row) => row.note === null)).toBe(true);

  const gone = { ok: false, refusal: { code: "account_erased" } };
  for (const later of [sale(), command, returnOf("R-1"), grant(1), { type: "capture", hold: held.body.seq } as const]) {
    expect(await account.send(later)).toEqual({ ...gone, replayed: false });
    expect(await account.preview(later)).toEqual({ ...gone, replayed: false });
  }
  expect(await account.send({ type: "erase" })).toEqual({ ...gone, replayed: false });
  expect(await account.client.wallet([account.program])).toEqual(gone);
  expect(await account.client.booking(2)).toEqual(gone);
  expect(await account.client.bookings({ beyond_seq: null, order: "asc", limit: 10, types: null })).toEqual(gone);
  expect(await account.open()).toEqual(gone);

  await account.evict();
  expect(await account.send(command, { key: "k1" })).toEqual({
    ok: true,
    replayed: true,
    view: { ...first, note: null },
  });
  expect(await account.send({ type: "erase" }, { key: "erase" })).toEqual({ ok: true, replayed: true, view: erased });
  expect(refusalOf(await account.send(hold("rew_mug"), { key: "refused" })).code).toBe("insufficient_balance");
  expect(refusalOf(await account.send(returnOf("R-later"), { key: "parked" })).code).toBe("sale_not_known_yet");
  expect(await account.client.knowsKey("til_0000000000000001:k1")).toBe(true);
});

test("the alarm of an erased account finishes once, and does nothing more as often as it rings", async () => {
  const account = await openAccount({ mode: "test" });
  await account.book(grant(50));
  await account.book(hold("rew_two_euro"));
  await account.book({ type: "erase" });
  const rows = await account.rowCount();

  expect(await account.ring()).toBe(true);
  expect(await account.rowCount()).toBe(rows + 1);
  expect((await account.chainRows()).at(-1)?.body).toContain('"type":"delivered"');
  while (await account.ring());

  expect(await account.rowCount()).toBe(rows + 1);
});

test("parallel erasures and sales: nothing follows the tombstone", async () => {
  const account = await openAccount();

  await Promise.all([
    ...Array.from({ length: 5 }, () => account.send(sale())),
    account.send({ type: "erase" }),
    account.send({ type: "erase" }),
    ...Array.from({ length: 5 }, () => account.send(sale())),
  ]);

  const erasures = (await account.chainRows()).map(({ body }) => body.includes('"type":"erased"'));
  expect(erasures.indexOf(true)).toBe(erasures.length - 1);
});

test("a birthday that the account was told stands in no table, survives sleep, and goes with the member", async () => {
  const account = await openAccount({ program: programPayload(1, birthdays) });
  const stored = () => account.inside(({ kv }) => kv.get<string>("gift_day") ?? null);
  await account.client.tellBirthday("02-29");
  await account.evict();
  await account.book(sale());
  expect(await account.view()).toMatchObject({ born_on: "02-29" });
  expect(await stored()).toContain("02-29");
  expect(await everything(account)).not.toContain("02-29");

  await account.book({ type: "erase" });

  expect(await stored()).toBe(null);
  expect(await account.client.tellBirthday("02-29")).toEqual({ ok: false, refusal: { code: "account_erased" } });
  expect(await stored()).toBe(null);
});

test("where no birthday is celebrated, the account says nothing of one", async () => {
  const account = await openAccount();
  expect(await account.view()).not.toHaveProperty("born_on");
});
