import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { accountClient } from "../../../src/durable/member-account/client.ts";
import { ACCOUNT_RANDOM_BYTES, createAccountId } from "../../../src/domain/tenancy/account-id.ts";
import { CASHIER, coffee, openAccount, returnOf, sale, TestAccount } from "../../support/workerd/account.ts";

async function pair(): Promise<{ giver: TestAccount; receiver: TestAccount }> {
  const giver = await openAccount({ kind: "receipt", card_no: null });
  const id = createAccountId("member", crypto.getRandomValues(new Uint8Array(ACCOUNT_RANDOM_BYTES)));
  const receiver = new TestAccount(giver.tenant, id, giver.program);
  await receiver.open(1);
  return { giver, receiver };
}

const step = { reason: "claim", by: CASHIER } as const;

async function handOver(giver: TestAccount, receiver: TestAccount) {
  const answer = await giver.client.handOver({ receiver: receiver.id, ...step });
  if (!answer.ok) throw new Error(answer.refusal.code);
  return answer.value;
}

test("an account goes up in another once, however often each step is repeated", async () => {
  const { giver, receiver } = await pair();
  await giver.book(sale({ card_no: null, lines: [coffee("a", 3)], total: 900 }));
  const had = await giver.balances();
  const parcel = await handOver(giver, receiver);
  expect(await handOver(giver, receiver)).toEqual(parcel);
  for (let time = 0; time < 3; time += 1) {
    const { estate } = parcel;
    const received = await receiver.client.receive({ from: giver.id, estate, ...step });
    expect(received).toEqual({ ok: true, value: { cards: [], view: null } });
  }
  expect(await receiver.balances()).toEqual(had);
  const confirm = { delivered: parcel.seq, by: CASHIER };
  expect(await giver.client.confirmDelivery(confirm)).toEqual({ ok: true, value: null });
  expect(await giver.client.confirmDelivery(confirm)).toEqual({ ok: true, value: null });
  expect(await giver.ring()).toBe(true);
  expect(await receiver.types()).toEqual(["opened", "absorbed"]);
});

test("a second receiver is refused, and everything else is told where the account went", async () => {
  const { giver, receiver } = await pair();
  await handOver(giver, receiver);
  const moved = { ok: false, refusal: { code: "account_moved", to: receiver.id } };
  expect(await giver.client.handOver({ receiver: "m000000000000000", ...step })).toEqual(moved);
  expect(await giver.client.wallet([giver.program])).toEqual(moved);
  expect(await giver.send(sale())).toMatchObject({ refusal: { code: "account_moved" } });
});

test("a hand-over that was cut off is finished by the alarm, also when it rings twice", async () => {
  const { giver, receiver } = await pair();
  await giver.book(sale({ card_no: null, lines: [coffee("a", 2)], total: 600 }));
  const had = await giver.balances();
  await handOver(giver, receiver);
  await giver.evict();
  expect(await receiver.balances()).toEqual({});
  expect(await giver.ring()).toBe(true);
  expect(await receiver.balances()).toEqual(had);
  await giver.ring();
  expect(await receiver.types()).toEqual(["opened", "absorbed"]);
  const { rows } = await giver.client.chain(0);
  expect(rows.map((row): unknown => JSON.parse(row.body)).at(-1)).toMatchObject({ type: "delivered" });
});

test("a sale in an account that has gone up in another is returned there, and once", async () => {
  const { giver, receiver } = await pair();
  const sold = await giver.book(sale({ card_no: null, lines: [coffee("a", 2)], total: 600 }));
  const parcel = await handOver(giver, receiver);
  await receiver.client.receive({ from: giver.id, estate: parcel.estate, ...step });
  const found = await giver.client.saleOf(sold.body.seq);
  if (!found.ok || found.value === null) throw new Error("the sale is gone");
  const back = returnOf({ seq: sold.body.seq });
  const command = { ...back, sale: found.value };
  const first = await receiver.book(command, { key: "first" });
  expect(first.body).toMatchObject({ type: "return", origin: giver.id, full: true });
  expect(await receiver.balances()).toEqual({});
  const again = await receiver.send(command, { key: "second" });
  expect(again).toMatchObject({ ok: true, replayed: true });
});

test("what is handed to an erased account is not brought again and again", async () => {
  const { giver, receiver } = await pair();
  await receiver.send({ type: "erase" });
  await handOver(giver, receiver);
  await giver.ring();
  const outbox = await giver.client.chain(0);
  expect(outbox.rows).toHaveLength(3);
  const client = accountClient(env.MEMBER_ACCOUNT, giver.tenant, receiver.id, { clock_offset_ms: 0 });
  expect(await client.receive({ from: giver.id, estate: { lots: [], remainders: {} }, ...step })).toEqual({
    ok: false,
    refusal: { code: "account_erased" },
  });
});

test("what was booked before the account went up in another is not booked again there under another key", async () => {
  const { giver, receiver } = await pair();
  const sold = sale({ card_no: null, lines: [coffee("a", 3)], total: 900 });
  const first = await giver.book(sold);
  const back = returnOf(first.body, { return_id: "T1", total: 300 });
  const returned = await giver.book(back);
  await handOver(giver, receiver);

  expect(await giver.send(sold, { key: "new" })).toMatchObject({
    ok: true,
    replayed: true,
    view: { body: first.body },
  });
  const again = await giver.send(back, { key: "newer" });
  expect(again).toMatchObject({ ok: true, replayed: true, view: { body: returned.body } });
  expect(await giver.send({ ...sold, total: 901 })).toMatchObject({ refusal: { code: "receipt_reused" } });
});

test("a member who only ever claimed has days that begin in the programme's zone", async () => {
  const { giver, receiver } = await pair();
  await giver.book(sale({ card_no: null, total: 900 }));
  const { estate } = await handOver(giver, receiver);
  await receiver.client.receive({ from: giver.id, estate, ...step });

  const bookings = await receiver.bookings();
  expect(bookings.at(-1)?.body).toMatchObject({ type: "absorbed", timezone: "Europe/Amsterdam" });
});
