import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { BookingBody } from "../../../src/domain/ledger/booking.ts";
import { findBreak, genesisHash } from "../../../src/domain/ledger/chain.ts";
import { foldBookings } from "../../../src/domain/ledger/fold.ts";
import { brokenInvariants } from "../../../src/domain/ledger/invariants.ts";
import type { AccountState } from "../../../src/domain/ledger/state.ts";
import { Ledger, sha256 } from "../../../src/durable/member-account/ledger.ts";
import { LedgerStore } from "../../../src/durable/member-account/store.ts";
import {
  coffee,
  grant,
  hold,
  line,
  MINUTE_MS,
  openAccount,
  returnLine,
  returnOf,
  sale,
  type TestAccount,
} from "../../support/workerd/account.ts";

/** Where the stored chain of an account breaks, by the rules of the domain alone. */
async function breakOf(account: TestAccount, name = account.name) {
  const rows = (await account.chainRows()).map(({ hash_hex, ...row }) => ({
    ...row,
    hash: Buffer.from(hash_hex, "hex"),
  }));
  return findBreak(sha256, { seq: 0, hash: genesisHash(sha256, name) }, rows);
}

/** An account with every kind of booking. */
async function livedAccount(): Promise<TestAccount> {
  const account = await openAccount({ mode: "test" });
  await account.book(grant(500), { note: { reason: "welkom" } });
  const sold = await account.book(sale({ receipt: "R-1", lines: [coffee("1", 3), line("2", 950)] }));
  await account.send(returnOf("R-2", { return_id: "early", total: 100 }));
  await account.book(sale({ receipt: "R-2" }));
  const captured = await account.book(hold("rew_two_euro"));
  const cancelled = await account.book(hold("rew_mug"));
  await account.book(hold("rew_ten_percent"));
  await account.book({ type: "renew", hold: captured.body.seq });
  await account.book({ type: "cancel", hold: cancelled.body.seq });
  await account.book({ type: "capture", hold: captured.body.seq });
  await account.send(hold("rew_free_coffee"));
  await account.book(returnOf(sold.body, { return_id: "part", lines: [returnLine("1", 1000)] }));
  await account.book(returnOf(sold.body, { return_id: "rest" }));
  account.clock_offset_ms = 16 * MINUTE_MS;
  await account.book({ type: "opening", unit: "points", delta: 5, card_no: 1 });
  await account.book({ type: "issue_card", card_kind: "plastic", replaces: 1 });
  await account.book({ type: "block_card", card_no: 2 });
  return account;
}

test("every row follows from the one before, up from the object's name", async () => {
  const account = await livedAccount();

  expect(await breakOf(account)).toBe(null);
  expect(await breakOf(account, `${account.name}x`)).toEqual({ seq: 1, problem: "hash" });
});

test("the chain holds through erasure, which the verifier still sees whole", async () => {
  const account = await livedAccount();
  const before = await account.chainRows();

  await account.book({ type: "erase" });

  expect(await breakOf(account)).toBe(null);
  expect(await account.chainRows()).toHaveLength(before.length + 1);
});

test.for([1, 3, 11, 17])("one byte of booking %i changed is found at that booking", async (seq) => {
  const account = await livedAccount();

  await account.inside(({ sql }) => {
    const { body } = sql.exec<{ body: string }>("SELECT body FROM booking WHERE seq = ?", seq).one();
    const at = body.indexOf('"at_ms":') + '"at_ms":'.length + 9;
    const digit = body.charAt(at) === "1" ? "2" : "1";
    sql.exec("UPDATE booking SET body = ? WHERE seq = ?", `${body.slice(0, at)}${digit}${body.slice(at + 1)}`, seq);
  });

  expect(await breakOf(account)).toEqual({ seq, problem: "hash" });
});

test("a changed hash, a missing booking and one put in between are found", async () => {
  const [hashed, missing, swapped] = [await livedAccount(), await livedAccount(), await livedAccount()];

  await hashed.inside(({ sql }) => {
    const hash = new Uint8Array(sql.exec<{ hash: ArrayBuffer }>("SELECT hash FROM booking WHERE seq = 5").one().hash);
    sql.exec("UPDATE booking SET hash = ? WHERE seq = 5", hash.with(0, (hash[0] ?? 0) ^ 1));
  });
  await missing.inside(({ sql }) => sql.exec("DELETE FROM booking WHERE seq = 7"));
  await swapped.inside(({ sql }) => {
    sql.exec("UPDATE booking SET body = (SELECT body FROM booking WHERE seq = 4) WHERE seq = 3");
  });

  expect(await breakOf(hashed)).toEqual({ seq: 5, problem: "hash" });
  expect(await breakOf(missing)).toEqual({ seq: 7, problem: "gap" });
  expect(await breakOf(swapped)).toEqual({ seq: 3, problem: "hash" });
});

test("a state is stored with every 32nd booking and equals the fold of all before it", async () => {
  const account = await livedAccount();
  for (let index = 0; (await account.rowCount()) < 70; index += 1) {
    await account.book(index % 3 === 0 ? grant(7) : sale({ card_no: null, total: 100 + index * 37 }));
  }

  const { bodies, checkpoints, current } = await account.inside((storage) => ({
    bodies: storage.sql
      .exec<{ body: string }>("SELECT body FROM booking ORDER BY seq")
      .toArray()
      .map(({ body }): BookingBody => JSON.parse(body)),
    checkpoints: storage.sql
      .exec<{ seq: number; checkpoint: string }>("SELECT seq, checkpoint FROM booking WHERE checkpoint IS NOT NULL")
      .toArray(),
    current: new Ledger(new LedgerStore(storage)).current(Date.now()),
  }));

  expect(checkpoints.map(({ seq }) => seq)).toEqual([32, 64]);
  for (const { seq, checkpoint } of checkpoints) {
    const state: AccountState = JSON.parse(checkpoint);
    expect(state).toEqual(foldBookings(null, bodies.slice(0, seq)));
    expect(brokenInvariants(state)).toEqual([]);
  }
  expect(current).toEqual(foldBookings(null, bodies));
});

test("a ledger whose checkpoints stand elsewhere, or nowhere, is read all the same", async () => {
  const account = await openAccount();
  for (let index = 0; index < 75; index += 1) await account.book(sale());
  const { wallet } = await account.view();

  for (const sql of ["UPDATE booking SET checkpoint = NULL WHERE seq = 64", "UPDATE booking SET checkpoint = NULL"]) {
    await account.inside((storage) => void storage.sql.exec(sql));
    await account.evict();
    expect((await account.view()).wallet).toEqual(wallet);
  }
  const sold = await account.book(sale());
  expect(sold.body.seq).toBe(77);
  expect(await breakOf(account)).toBe(null);
});

test("free text stands in the note alone, of which the body keeps the digest", async () => {
  const account = await openAccount();
  const note = { reason: "Bruiloft van Sanne", metadata: { tafel: "terras 9", kassa: "achter" } };

  const { body, note: stored } = await account.book(sale(), { note });
  await account.book(grant(1), { note });

  expect(stored).toEqual({ salt: expect.stringMatching(/^[0-9a-f]{32}$/), ...note });
  const rows = await account.chainRows();
  const [sold, granted] = rows.slice(1);
  expect(
    createHash("sha256")
      .update(sold?.note ?? "")
      .digest("hex"),
  ).toBe(body.note_digest);
  expect(JSON.parse(sold?.note ?? "null")).toEqual(stored);
  // Salted: equal notes of two bookings have nothing in common.
  expect(granted?.note).not.toBe(sold?.note);
  for (const row of rows) expect(row.body).not.toMatch(/Sanne|terras|achter|tafel/);
  expect((await account.bookings())[1]).toEqual({ body, note: stored });
});

test("a booking without a note keeps none", async () => {
  const account = await openAccount();

  const { body, note } = await account.book(sale());

  expect(note).toBe(null);
  expect(body).not.toHaveProperty("note_digest");
});
