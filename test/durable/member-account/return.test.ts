import { expect, test } from "vitest";
import {
  byReceipt,
  coffee,
  grant,
  hold,
  line,
  openAccount,
  refusalOf,
  returnLine,
  returnOf,
  sale,
  viewOf,
} from "../../support/workerd/account.ts";

const notKnownYet = { ok: false, replayed: false, refusal: { code: "sale_not_known_yet" } };

test("a full return by id takes everything back", async () => {
  const account = await openAccount();
  const sold = await account.book(sale({ lines: [coffee("1", 2), line("2", 550)] }));

  const { body } = await account.book(returnOf(sold.body));

  expect(body).toMatchObject({ type: "return", sale: sold.body.seq, amount: 1250, full: true, written_off: [] });
  expect(await account.balances()).toEqual({});
});

test("a full return by receipt is found again and refused a second time", async () => {
  const account = await openAccount();
  await account.book(sale({ receipt: "R-8" }));

  await account.book(returnOf("R-8"));

  expect(refusalOf(await account.send(returnOf("R-8", { return_id: "ret-2" })))).toEqual({ code: "already_returned" });
  expect(refusalOf(await account.send(returnOf({ seq: 2 }, { return_id: "ret-3" })))).toEqual({
    code: "already_returned",
  });
});

test("several small returns end where one large one does", async () => {
  const account = await openAccount();
  const lines = [coffee("1", 3), line("2", 555), line("3", 145)];
  const small = await account.book(sale({ receipt: "S", lines }));
  const large = await account.book(sale({ receipt: "L", lines }));
  const { points } = await account.balances();

  await account.book(returnOf(small.body, { return_id: "a", lines: [returnLine("1", 1000)] }));
  await account.book(returnOf(small.body, { return_id: "b", lines: [returnLine("2")] }));
  await account.book(returnOf(small.body, { return_id: "c", lines: [returnLine("1", 1000)] }));
  const afterSmall = await account.balances();
  await account.book(returnOf(large.body, { return_id: "a", lines: [returnLine("1", 2000), returnLine("2")] }));
  const afterLarge = await account.balances();

  const taken = (before: number | undefined, after: number | undefined) => (before ?? 0) - (after ?? 0);
  expect(taken(points?.available, afterSmall.points?.available)).toBe(13);
  // The second sale began with the fraction that the first one left.
  expect(taken(afterSmall.points?.available, afterLarge.points?.available)).toBeGreaterThanOrEqual(12);
  expect(afterLarge["stamps:stc_coffee"]).toEqual({ available: 2, held: 0 });
  const story = await account.client.booking(small.body.seq);
  expect(story.ok && story.value.story?.returns.map(({ body }) => body.type === "return" && body.return_id)).toEqual([
    "a",
    "b",
    "c",
  ]);
});

test("more than is left is refused", async () => {
  const account = await openAccount();
  const sold = await account.book(sale({ lines: [coffee("1", 2)] }));
  await account.book(returnOf(sold.body, { return_id: "a", lines: [returnLine("1", 1000)] }));

  const tooMany = await account.send(returnOf(sold.body, { return_id: "b", lines: [returnLine("1", 2000)] }));
  const unknown = await account.send(returnOf(sold.body, { return_id: "c", lines: [returnLine("9")] }));
  const tooMuch = await account.send(returnOf(sold.body, { return_id: "d", total: 351 }));

  expect(refusalOf(tooMany)).toEqual({ code: "return_exceeds_sale", line: "1", left: "1" });
  expect(refusalOf(unknown)).toEqual({ code: "line_unknown", line: "9" });
  expect(refusalOf(tooMuch)).toMatchObject({ code: "return_exceeds_sale" });
  expect(await account.balances()).toMatchObject({ "stamps:stc_coffee": { available: 1 } });
});

test("the same return id again is the same return, with other content it is refused", async () => {
  const account = await openAccount();
  const sold = await account.book(sale({ receipt: "R-8", total: 2000 }));
  const first = await account.book(returnOf("R-8", { return_id: "X", total: 500 }), { key: "k1" });

  const byNewKey = await account.send(returnOf("R-8", { return_id: "X", total: 500 }), { key: "k2" });
  const byId = await account.send(returnOf(sold.body, { return_id: "X", total: 500 }), { key: "k3" });
  const other = await account.send(returnOf("R-8", { return_id: "X", total: 501 }), { key: "k4" });

  expect(byNewKey).toEqual({ ok: true, replayed: true, view: first });
  expect(byId).toEqual({ ok: true, replayed: true, view: first });
  expect(refusalOf(other)).toEqual({ code: "return_id_reused" });
  expect(await account.rowCount()).toBe(3);
});

test("a retried full return is not booked on an older sale with the same receipt", async () => {
  const account = await openAccount();
  await account.book(sale({ receipt: "7", business_date: "2026-08-09" }));
  const newer = await account.book(sale({ receipt: "7", business_date: "2026-08-10" }));
  const first = await account.book(returnOf("7"), { key: "k1" });

  const retried = await account.send(returnOf("7"), { key: "k2" });

  expect(first.body).toMatchObject({ type: "return", sale: newer.body.seq });
  expect(retried).toEqual({ ok: true, replayed: true, view: first });
  expect(await account.balances()).toMatchObject({ points: { available: 12 } });
});

test("a till that restarts its numbers returns today's sale under yesterday's return id", async () => {
  const account = await openAccount();
  await account.book(sale({ receipt: "7", business_date: "2026-08-09" }));
  await account.book(returnOf("7", { return_id: "1", total: 100 }));
  const today = await account.book(sale({ receipt: "7", business_date: "2026-08-10" }));

  const { body } = await account.book(returnOf("7", { return_id: "1", total: 100 }));

  expect(body).toMatchObject({ type: "return", sale: today.body.seq });
});

test("a return that names day, register and tills finds that sale and no other", async () => {
  const account = await openAccount();
  const days = ["2026-08-08", "2026-08-09"];
  for (const business_date of days) await account.book(sale({ receipt: "7", business_date, register: "1" }));
  await account.book(sale({ receipt: "7", business_date: "2026-08-08", register: "2" }), { till: "til_b" });
  const find = async (changes: Parameters<typeof byReceipt>[1]) => {
    const answer = await account.preview(returnOf(byReceipt("7", changes)));
    return answer.ok && answer.view.body.type === "return" ? answer.view.body.sale : refusalOf(answer).code;
  };

  expect(await find({})).toBe(4);
  expect(await find({ business_date: "2026-08-09" })).toBe(3);
  expect(await find({ business_date: "2026-08-08", register: "1" })).toBe(2);
  expect(await find({ tills: ["til_b", "til_c"] })).toBe(4);
  expect(await find({ tills: ["til_c"] })).toBe("sale_not_known_yet");
  expect(await find({ register: "3" })).toBe("sale_not_known_yet");
});

test("points that are spent already are written off, stamps stay above zero", async () => {
  const account = await openAccount();
  const sold = await account.book(sale({ total: 10_000 }));
  const spent = await account.book(hold("rew_ten_percent", { sale_total: 1000 }));
  await account.book({ type: "capture", hold: spent.body.seq });

  const { body } = await account.book(returnOf(sold.body));

  expect(body).toMatchObject({ written_off: [{ unit: "points", amount: 50 }] });
  expect(await account.balances()).toEqual({});
});

test("a full return gives the reward back that the sale captured", async () => {
  const account = await openAccount();
  await account.book(grant(20));
  const held = await account.book(hold("rew_two_euro"));
  const sold = await account.book(sale({ total: 1000, holds: [held.body.seq] }));
  expect(await account.balances()).toMatchObject({ points: { available: 10 } });

  const { body } = await account.book(returnOf(sold.body));

  expect(body).toMatchObject({ restored: [{ hold: held.body.seq, unit: "points" }] });
  expect(await account.balances()).toEqual({ points: { available: 20, held: 0 } });
});

test("a return before its sale waits, and is carried out when the sale comes", async () => {
  const account = await openAccount();
  const early = returnOf("R-9", { return_id: "X", total: 250 });

  expect(await account.send(early, { key: "k1", note: { reason: "koud" } })).toEqual(notKnownYet);
  expect(await account.send(early, { key: "k1" })).toEqual(notKnownYet);
  expect(await account.send(early, { key: "k2" })).toEqual(notKnownYet);
  expect(refusalOf(await account.send(returnOf("R-9", { return_id: "X", total: 1 }), { key: "k3" }))).toEqual({
    code: "return_id_reused",
  });
  expect(refusalOf(await account.send(returnOf("R-9", { return_id: "Y" }), { key: "k1" }))).toEqual({
    code: "idempotency_mismatch",
  });
  expect(refusalOf(await account.send(sale(), { key: "k1" }))).toEqual({ code: "idempotency_mismatch" });
  expect(await account.client.knowsKey("til_0000000000000001:k1")).toBe(true);
  await account.evict();
  const sold = await account.book(sale({ receipt: "R-9" }), { key: "k9" });

  expect(await account.types()).toEqual(["opened", "return_parked", "sale", "return"]);
  expect(sold.wallet.balances[0]).toMatchObject({ unit: "points", available: 12 });
  expect(await account.balances()).toMatchObject({ points: { available: 10 } });

  await account.evict();
  const sameKey = await account.send(early, { key: "k1" });
  const otherKey = await account.send(early, { key: "k2" });
  const applied = { type: "return", return_id: "X", sale: sold.body.seq, amount: 250, parked: 2 };
  expect(sameKey).toMatchObject({ ok: true, replayed: true, view: { body: applied } });
  expect(otherKey).toEqual(sameKey);
  expect(refusalOf(await account.send(returnOf("R-9", { return_id: "Y" }), { key: "k1" }))).toEqual({
    code: "idempotency_mismatch",
  });
  expect(await account.client.knowsKey("til_0000000000000001:k1")).toBe(true);
  expect(await account.rowCount()).toBe(4);
});

test("the retried sale hears the same although a waiting return followed it", async () => {
  const account = await openAccount();
  await account.send(returnOf("R-9", { total: 250 }));
  const command = sale({ receipt: "R-9" });

  const previewed = await account.preview(command);
  const first = await account.send(command, { key: "k1" });
  const again = await account.send(command, { key: "k1" });

  expect(viewOf(previewed)).toMatchObject({ wallet: viewOf(first).wallet, rewards: viewOf(first).rewards });
  expect(again).toEqual({ ok: true, replayed: true, view: viewOf(first) });
});

test("a waiting return that turns out impossible leaves its refusal under its key", async () => {
  const account = await openAccount();
  const early = returnOf("R-9", { total: 5000 });
  await account.send(early, { key: "k1" });

  await account.book(sale({ receipt: "R-9", total: 1000 }));

  const refusal = { code: "return_exceeds_sale", line: null, left: "1000" };
  expect(await account.send(early, { key: "k1" })).toEqual({ ok: false, replayed: true, refusal });
  expect(await account.types()).toEqual(["opened", "return_parked", "sale", "refused"]);
  await account.book(sale({ receipt: "R-9", total: 1000, business_date: "2026-08-11" }));
  expect(await account.rowCount()).toBe(5);
});

test("several waiting returns of one sale are all carried out, in their order", async () => {
  const account = await openAccount();
  await account.send(returnOf("R-9", { return_id: "A", total: 300 }), { key: "a" });
  await account.send(returnOf(byReceipt("R-9", { business_date: "2026-08-10" }), { return_id: "B", total: 400 }), {
    key: "b",
  });
  await account.send(returnOf("R-10", { return_id: "C" }), { key: "c" });

  await account.book(sale({ receipt: "R-9", total: 1000 }));

  expect(await account.types()).toEqual([
    "opened",
    "return_parked",
    "return_parked",
    "return_parked",
    "sale",
    "return",
    "return",
  ]);
  expect(await account.balances()).toMatchObject({ points: { available: 3 } });
  expect(await account.send(returnOf("R-10", { return_id: "C" }), { key: "c" })).toEqual(notKnownYet);
});

test("one return asked for twice, with and without the day, does not block its sale", async () => {
  const account = await openAccount();
  const vague = returnOf("R-9", { return_id: "X", total: 300 });
  const exact = returnOf(byReceipt("R-9", { business_date: "2026-08-10" }), { return_id: "X", total: 300 });
  await account.send(vague, { key: "a" });
  await account.send(exact, { key: "b" });

  await account.book(sale({ receipt: "R-9", total: 1000 }));

  expect(await account.balances()).toMatchObject({ points: { available: 7 } });
  expect(await account.send(vague, { key: "a" })).toMatchObject({ ok: true, replayed: true });
  expect(refusalOf(await account.send(exact, { key: "b" }))).toEqual({ code: "return_id_reused" });
});

test("an exchange books the returns and the sale in one go", async () => {
  const account = await openAccount();
  const sold = await account.book(sale({ lines: [coffee("1"), line("2", 1650)] }));
  const request = { return_id: "X", lines: [returnLine("2")], total: null };

  const view = await account.book(sale({ total: 3000, exchange: [{ sale: sold.body.seq, request }] }), { key: "k1" });

  expect(await account.types()).toEqual(["opened", "sale", "return", "sale"]);
  expect(view.body).toMatchObject({ type: "sale", seq: 4 });
  expect(await account.balances()).toMatchObject({ points: { available: 33 }, "stamps:stc_coffee": { available: 1 } });
  expect(view.wallet).toEqual((await account.view()).wallet);
});

test("an exchange that is refused writes nothing of it", async () => {
  const account = await openAccount();
  const sold = await account.book(sale({ lines: [coffee("1"), line("2", 1650)] }));
  const before = await account.balances();
  const good = { return_id: "X", lines: [returnLine("2")], total: null };
  const bad = { return_id: "Y", lines: [returnLine("9")], total: null };
  const exchange = [
    { sale: sold.body.seq, request: good },
    { sale: sold.body.seq, request: bad },
  ];

  const refused = await account.send(sale({ exchange }));
  const blocked = await account.send(sale({ exchange: exchange.slice(0, 1), holds: [99] }));

  expect(refusalOf(refused)).toEqual({ code: "line_unknown", line: "9" });
  expect(refusalOf(blocked)).toEqual({ code: "hold_unknown", hold: 99 });
  expect(await account.balances()).toEqual(before);
  expect(await account.types()).toEqual(["opened", "sale", "refused"]);
});

test("an exchange of which the last row cannot be written leaves nothing, on disk or in memory", async () => {
  const account = await openAccount();
  const sold = await account.book(sale({ receipt: "R-1", total: 2000 }));
  const before = { rows: await account.chainRows(), balances: await account.balances() };
  const exchange = [{ sale: sold.body.seq, request: { return_id: "X", lines: null, total: null } }];
  const command = sale({ total: 3000, exchange });
  const key = { key: "k1" };

  // The return is the third row and frees its sale's receipt; the sale would be the fourth.
  const failure = await account.inside(async ({ sql }, object) => {
    sql.exec(
      "CREATE TRIGGER full BEFORE INSERT ON booking WHEN NEW.seq = 4 BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    );
    const [call] = await Promise.allSettled([object.run(account.message(command, key))]);
    sql.exec("DROP TRIGGER full");
    return call.status === "rejected" ? String(call.reason) : "booked";
  });

  expect(failure).toContain("disk full");
  expect({ rows: await account.chainRows(), balances: await account.balances() }).toEqual(before);
  expect(refusalOf(await account.send(sale({ receipt: "R-1", total: 1 }))).code).toBe("receipt_reused");
  expect(await account.send(command, key)).toMatchObject({ ok: true, replayed: false, view: { body: { seq: 4 } } });
  expect(await account.balances()).toMatchObject({ points: { available: 30 } });
});

test("an exchange may not use a return id again", async () => {
  const account = await openAccount();
  const sold = await account.book(sale({ total: 2000 }));
  const request = { return_id: "X", lines: null, total: 300 };
  await account.book(returnOf(sold.body, request));
  const again = sale({ exchange: [{ sale: sold.body.seq, request }] });
  const fresh = { sale: sold.body.seq, request: { ...request, return_id: "Y" } };

  expect(refusalOf(await account.send(again))).toEqual({ code: "return_id_reused" });
  expect(refusalOf(await account.preview(again))).toEqual({ code: "return_id_reused" });
  expect(refusalOf(await account.send(sale({ exchange: [fresh, fresh] })))).toEqual({ code: "return_id_reused" });
  expect(await account.rowCount()).toBe(3);
});

test("a return is computed by the rules of its sale, for which the account asks", async () => {
  const account = await openAccount();
  const old = account.program;
  const sold = await account.book(sale({ total: 1000 }));
  account.program = { ...old, version: 2 };

  const asked = await account.send(returnOf(sold.body), { key: "k1" });
  const done = await account.send(returnOf(sold.body), { key: "k1", programs: [account.program, old] });

  expect(refusalOf(asked)).toEqual({ code: "need_program", version: 1 });
  expect(done).toMatchObject({ ok: true, replayed: false, view: { body: { type: "return", program: 2 } } });
});
