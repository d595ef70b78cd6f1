import { afterEach, describe, expect, test, vi } from "vitest";
import { Projector } from "../../../src/durable/member-account/projector.ts";
import { cafeProgram, grant, programPayload, returnOf, sale } from "../../support/workerd/account.ts";
import { ledgerRows, TestShop } from "./support.ts";
import { eventually } from "../../support/eventually.ts";

const OWNER = { who: "stf_0000000000000001", role: "owner", location: null };

afterEach(() => {
  vi.restoreAllMocks();
});

function openFlags(shop: TestShop) {
  return shop.insights.flags({ state: "open", behind: null, limit: 10 });
}

async function twice(shop: TestShop) {
  const [anna, bram] = [await shop.account(), await shop.account()];
  const first = await anna.book(sale({ receipt: "R-1" }));
  const second = await bram.book(sale({ receipt: "R-1" }));
  return { anna, bram, first, second };
}

describe("one receipt on two cards", () => {
  test("is flagged within one projection, with both sales as evidence", async () => {
    const shop = new TestShop();
    const { anna, bram, first, second } = await twice(shop);
    await eventually(async () => expect((await openFlags(shop)).flags).toHaveLength(1));

    const [flag] = (await openFlags(shop)).flags;
    expect(flag).toMatchObject({ rule: "receipt_on_two_cards", state: "open", resolved_by: null });
    expect(flag?.evidence).toEqual(
      [
        { account: anna.id, seq: first.body.seq, at_ms: first.body.at_ms },
        { account: bram.id, seq: second.body.seq, at_ms: second.body.at_ms },
      ]
        .sort((left, right) => (left.account < right.account ? -1 : 1))
        .map((place) => ({
          ...place,
          location: "loc_0000000000000001",
          till: "til_0000000000000001",
          staff: null,
          total: 1250,
          receipt: "R-1",
          card_no: 1,
        })),
    );
  });

  test("is not another day's receipt, another till's, or the same card's", async () => {
    const shop = new TestShop();
    const [anna, bram] = [await shop.account(), await shop.account()];
    await anna.book(sale({ receipt: "R-1" }));
    await anna.book(sale({ receipt: "R-1", business_date: "2026-08-11" }));
    await bram.book(sale({ receipt: "R-1", business_date: "2026-08-12" }));
    await bram.book(sale({ receipt: "R-1", register: "2" }));
    await bram.book(sale({ receipt: "R-1", business_date: "2026-08-13" }), { till: "til_0000000000000002" });
    await shop.settle();

    expect((await openFlags(shop)).flags).toEqual([]);
  });

  test("closes when one of the sales comes back in full, whichever is seen first", async () => {
    const shop = new TestShop();
    const { anna, first } = await twice(shop);
    await shop.settle();
    expect((await openFlags(shop)).flags).toHaveLength(1);

    await anna.book(returnOf(first.body));
    await shop.settle();

    expect((await openFlags(shop)).flags).toEqual([]);
    const { flags } = await shop.insights.flags({ state: "fine", behind: null, limit: 10 });
    expect(flags).toMatchObject([{ rule: "receipt_on_two_cards", resolved_by: "system:withdrawn" }]);
  });

  test("is closed by a person, and opened again by a third card only", async () => {
    const shop = new TestShop();
    await twice(shop);
    await shop.settle();
    const [flag] = (await openFlags(shop)).flags;
    const resolved = await shop.insights.resolveFlag({
      id: flag?.id ?? "",
      state: "blocked",
      by: OWNER,
      at_ms: Date.now(),
    });
    expect(resolved).toMatchObject({ state: "blocked", resolved_by: OWNER.who });

    await shop.insights.startWalk("rebuild");
    await shop.finishWalk();
    expect((await openFlags(shop)).flags).toEqual([]);

    const cees = await shop.account();
    await cees.book(sale({ receipt: "R-1" }));
    await shop.settle();
    expect((await openFlags(shop)).flags).toMatchObject([{ id: flag?.id, state: "open", resolved_by: null }]);
    expect((await shop.insights.audit({ before: null, location: null, limit: 10 })).entries).toMatchObject([
      { ...OWNER, action: "flag.blocked", subject: flag?.id },
    ]);
  });

  test("an unknown flag cannot be resolved", async () => {
    const shop = new TestShop();
    await shop.account();
    await shop.settle();

    expect(await shop.insights.resolveFlag({ id: "flg_x", state: "fine", by: OWNER, at_ms: 1 })).toBe(null);
  });
});

describe("a ledger that does not continue what was seen of it", () => {
  test("is flagged when history was rewritten, and projected all the same", async () => {
    vi.spyOn(Projector.prototype, "note").mockReturnValue();
    const shop = new TestShop();
    const account = await shop.account();
    await account.book(grant(5));
    await shop.settle();
    const rows = await ledgerRows(account);
    const forged = rows.map((row) => ({ ...row, body: row.body.replace(`"delta":5`, `"delta":6`) }));
    await account.book(grant(1));
    const [newest] = (await ledgerRows(account)).slice(-1);
    if (newest === undefined) throw new Error("nothing was booked");

    // The old rows as they were are welcome; the newest with another past is not what follows them.
    await shop.insights.push({ account: account.id, rows, failed_attempts: 0 });
    expect((await openFlags(shop)).flags).toEqual([]);
    const altered = { ...newest, body: newest.body.replace(`"delta":1`, `"delta":2`) };
    await shop.insights.push({ account: account.id, rows: [altered], failed_attempts: 0 });

    expect(forged).not.toEqual(rows);
    expect((await openFlags(shop)).flags).toMatchObject([{ rule: "chain_broken", subject: account.id }]);
    expect(await shop.insights.health()).toMatchObject({ broken_chains: 1 });
    expect((await shop.feed()).map(({ seq }) => seq)).toEqual([3, 2, 1]);
  });

  test("is flagged when an account was rewound", async () => {
    const shop = new TestShop();
    const account = await shop.account();
    await account.book(grant(5));
    await account.book(grant(5));
    await shop.settle();
    await account.inside(({ sql }) => sql.exec("DELETE FROM booking WHERE seq = 3"));

    await shop.insights.startWalk("repair");
    await shop.finishWalk();

    expect((await openFlags(shop)).flags).toMatchObject([{ rule: "chain_broken", subject: account.id }]);
  });
});

test("a reward handed out without a connection for points that have gone is flagged, and one that they cover is not", async () => {
  const shop = new TestShop();
  const limits = { offline_redemption: { amount: 1000 } };
  const anna = await shop.account("member", undefined, programPayload(1, { ...cafeProgram, limits }));
  await anna.book(grant(30));
  const snapshot = { seq: 2, issued_at_ms: Date.now(), balances: { points: 30 } };
  const ask = { reward: "rew_two_euro" };
  const basket = { lines: null, sale_total: null, card_no: null };
  const handedOut = (ago_ms: number) =>
    ({ type: "offline_redemption", ask, ...basket, handed_out_at_ms: Date.now() - ago_ms, snapshot }) as const;
  await anna.book(handedOut(60_000));
  const { body } = await anna.book(handedOut(0));
  await eventually(async () => expect((await openFlags(shop)).flags).toHaveLength(1));
  expect((await openFlags(shop)).flags).toMatchObject([
    { rule: "offline_shortfall", evidence: [{ account: anna.id, seq: body.seq, type: "offline_redemption" }] },
  ]);
});
