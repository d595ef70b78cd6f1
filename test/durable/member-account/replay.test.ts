import { expect, test } from "vitest";
import type { Command } from "../../../src/domain/ledger/command.ts";
import {
  cafeProgram,
  coffee,
  grant,
  hold,
  line,
  openAccount,
  programPayload,
  refusalOf,
  returnOf,
  sale,
  viewOf,
} from "../../support/workerd/account.ts";

const note = { reason: "Voor Jolanda", metadata: { table: "12" } };

test("the same key and body hears the stored outcome again, after eviction too", async () => {
  const account = await openAccount();
  const command = sale({ lines: [coffee("1", 3)] });
  const first = viewOf(await account.send(command, { key: "k1", note }));

  const again = await account.send(command, { key: "k1", note });
  await account.evict();
  const later = await account.send(command, { key: "k1", note });

  expect(again).toEqual({ ok: true, replayed: true, view: first });
  expect(later).toEqual({ ok: true, replayed: true, view: first });
  expect(await account.rowCount()).toBe(2);
});

test("every kind of command replays as it was, after 40 more bookings", async () => {
  const account = await openAccount();
  await account.book(grant(200));
  const sold = await account.book(sale({ receipt: "R-1" }));
  const held = await account.book(hold("rew_two_euro"));
  const kept = await account.book(hold("rew_mug"));
  const commands: readonly Command[] = [
    sale({ receipt: "R-2" }),
    returnOf({ seq: sold.body.seq }, { total: 500 }),
    hold("rew_ten_percent"),
    { type: "renew", hold: held.body.seq },
    { type: "capture", hold: held.body.seq },
    { type: "cancel", hold: kept.body.seq },
    grant(7),
    { type: "opening", unit: "points", delta: 3, card_no: null },
    { type: "issue_card", card_kind: "plastic", replaces: null },
    { type: "block_card", card_no: 2 },
  ];
  const views = [];
  for (const [index, command] of commands.entries())
    views.push(await account.book(command, { key: `k${index}`, note }));

  for (let index = 0; index < 40; index += 1) await account.book(sale());
  await account.evict();
  const rows = await account.rowCount();
  const replays = [];
  for (const [index, command] of commands.entries())
    replays.push(await account.send(command, { key: `k${index}`, note }));

  expect(replays).toEqual(views.map((view) => ({ ok: true, replayed: true, view })));
  expect(await account.rowCount()).toBe(rows);
});

test("a replay is rendered by the rules of its day, for which the account may ask", async () => {
  const account = await openAccount();
  const command = sale({ total: 6000 });
  const first = await account.book(command, { key: "k1" });
  const old = account.program;
  account.program = programPayload(2, { ...cafeProgram, rewards: cafeProgram.rewards.slice(2) });

  const asked = await account.send(command, { key: "k1" });
  const again = await account.send(command, { key: "k1", programs: [account.program, old] });

  expect(asked).toEqual({ ok: false, replayed: false, refusal: { code: "need_program", version: 1 } });
  expect(again).toEqual({ ok: true, replayed: true, view: first });
  expect((await account.view()).rewards).toHaveLength(3);
  expect(await account.rowCount()).toBe(2);
});

test("the same key with another body is refused and leaves the first outcome alone", async () => {
  const account = await openAccount();
  const command = sale();
  const first = await account.book(command, { key: "k1" });

  const refused = [
    await account.send(sale({ total: 999 }), { key: "k1" }),
    await account.send(hold("rew_mug"), { key: "k1" }),
    await account.send(command, { key: "k1", request_hash: "00" }),
  ];

  for (const answer of refused) {
    expect(answer).toEqual({ ok: false, replayed: false, refusal: { code: "idempotency_mismatch" } });
  }
  expect(await account.rowCount()).toBe(2);
  expect(await account.send(command, { key: "k1" })).toEqual({ ok: true, replayed: true, view: first });
});

test("keys of two tills do not meet", async () => {
  const account = await openAccount();

  await account.book(sale({ receipt: "R-1" }), { key: "k1", till: "til_a" });
  const other = await account.send(sale({ receipt: "R-1" }), { key: "k1", till: "til_b" });

  expect(other).toMatchObject({ ok: true, replayed: false });
  expect(await account.rowCount()).toBe(3);
});

test("a refusal stays under its key even when the balance has become enough", async () => {
  const account = await openAccount();
  const refusal = { code: "insufficient_balance", unit: "points", needed: 20, available: 0 };

  expect(await account.send(hold("rew_two_euro"), { key: "k1" })).toEqual({ ok: false, replayed: false, refusal });
  await account.book(grant(100));
  await account.evict();

  expect(await account.send(hold("rew_two_euro"), { key: "k1" })).toEqual({ ok: false, replayed: true, refusal });
  expect(refusalOf(await account.send(hold("rew_mug"), { key: "k1" })).code).toBe("idempotency_mismatch");
  expect(await account.send(hold("rew_two_euro"), { key: "k2" })).toMatchObject({ ok: true, replayed: false });
  expect(await account.types()).toEqual(["opened", "refused", "adjustment", "hold"]);
});

test("a refusal that depends on rules or on what is yet to come is not kept", async () => {
  const account = await openAccount();
  const asks: readonly (readonly [Command, string])[] = [
    [hold("rew_gone"), "reward_unknown"],
    [grant(5, "stamps:stc_gone"), "unit_unknown"],
    [{ type: "capture", hold: 99 }, "hold_unknown"],
    [{ type: "block_card", card_no: 9 }, "card_unknown"],
    [returnOf({ seq: 77 }), "sale_unknown"],
  ];

  for (const [command, code] of asks) expect(refusalOf(await account.send(command)).code).toBe(code);

  expect(await account.rowCount()).toBe(1);
});

test("a sale under a new key is the same sale when its receipt and content are", async () => {
  const account = await openAccount();
  const command = sale({ receipt: "R-7", lines: [coffee("1"), line("2", 900)] });
  const first = await account.book(command, { key: "k1", note });

  const retried = await account.send(
    { ...command, occurred_at_ms: command.occurred_at_ms + 5000, tender: [{ kind: "card", amount: 1250 }] },
    { key: "k2" },
  );

  expect(retried).toEqual({ ok: true, replayed: true, view: first });
  expect(await account.rowCount()).toBe(2);
});

test("other content under a used receipt is refused, another day, till or register is not", async () => {
  const account = await openAccount();
  const command = sale({ receipt: "R-7", register: "1" });
  await account.book(command);

  expect(refusalOf(await account.send({ ...command, total: 1300 })).code).toBe("receipt_reused");
  expect(refusalOf(await account.send({ ...command, currency: "USD" })).code).toBe("receipt_reused");
  expect(refusalOf(await account.send({ ...command, lines: [line("1", 1250, { sku: "X" })] })).code).toBe(
    "receipt_reused",
  );
  expect(await account.rowCount()).toBe(2);

  await account.book({ ...command, business_date: "2026-08-11" });
  await account.book({ ...command, register: "2" });
  await account.book({ ...command, register: null });
  await account.book(command, { till: "til_other" });
  expect(await account.rowCount()).toBe(6);
});

test("receipts with any characters are told apart", async () => {
  const account = await openAccount();

  for (const receipt of ["a|b", "a", "a%7Cb", "A", "ä", "a b", "1", "1|", "🧾"]) await account.book(sale({ receipt }));

  expect(await account.rowCount()).toBe(10);
  const found = await account.book(returnOf("a|b"));
  expect(found.body).toMatchObject({ type: "return", sale: 2 });
});

test("a refused sale does not use its receipt up", async () => {
  const account = await openAccount();
  const command = sale({ receipt: "R-9", card_no: 1 });
  await account.book({ type: "block_card", card_no: 1 });

  expect(refusalOf(await account.send(command, { key: "k1" }))).toEqual({ code: "card_blocked", card_no: 1 });
  const booked = await account.send({ ...command, card_no: null, total: 400 }, { key: "k2" });

  expect(booked).toMatchObject({ ok: true, replayed: false, view: { body: { type: "sale" } } });
});

test("a full return frees the receipt, and the first key still hears its sale", async () => {
  const account = await openAccount();
  const command = sale({ receipt: "R-5" });
  const first = await account.book(command, { key: "k1" });
  await account.book(returnOf("R-5"));

  const again = await account.send(command, { key: "k1" });
  const anew = await account.send({ ...command, total: 700 }, { key: "k2" });

  expect(again).toEqual({ ok: true, replayed: true, view: first });
  expect(anew).toMatchObject({ ok: true, replayed: false, view: { body: { seq: 4 } } });
  expect(await account.balances()).toMatchObject({ points: { available: 7 } });
});

test("parallel calls under one key book once", async () => {
  const account = await openAccount();
  const command = sale();

  const answers = await Promise.all(Array.from({ length: 20 }, () => account.send(command, { key: "k1" })));

  expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
  expect(new Set(answers.map((answer) => JSON.stringify(viewOf(answer)))).size).toBe(1);
  expect(await account.rowCount()).toBe(2);
});

test("parallel calls under one natural key book once", async () => {
  const account = await openAccount();
  const command = sale();

  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => account.send(command, { key: `k${index}` })),
  );

  expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
  expect(await account.rowCount()).toBe(2);
});
