import { expect, test } from "vitest";
import {
  cafeProgram,
  coffee,
  grant,
  hold,
  line,
  MINUTE_MS,
  openAccount,
  programPayload,
  refusalOf,
  returnOf,
  sale,
  type TestAccount,
  viewOf,
} from "../../support/workerd/account.ts";

/** An account in test mode, whose clock can be moved, with so many points. */
async function withPoints(points: number): Promise<TestAccount> {
  const account = await openAccount({ mode: "test" });
  await account.book(grant(points));
  return account;
}

/** When the alarm will ring, seen from inside. */
function alarmOf(account: TestAccount): Promise<number | null> {
  return account.inside((storage) => storage.getAlarm());
}

async function story(account: TestAccount, seq: number) {
  const answer = await account.client.booking(seq);
  if (!answer.ok || answer.value.story === null) throw new Error(`no booking ${seq}`);
  return answer.value.story;
}

test("a hold moves units aside until it is captured", async () => {
  const account = await withPoints(60);

  const held = await account.book(hold("rew_two_euro"));
  expect(held.body).toMatchObject({
    type: "hold",
    reward: "rew_two_euro",
    unit: "points",
    expires_at_ms: held.body.at_ms + 15 * MINUTE_MS,
  });
  expect(await account.balances()).toEqual({ points: { available: 40, held: 20 } });
  expect(await story(account, held.body.seq)).toMatchObject({
    hold_end: null,
    hold_expires_at_ms: held.body.at_ms + 15 * MINUTE_MS,
  });

  const captured = await account.book({ type: "capture", hold: held.body.seq });
  expect(await account.balances()).toEqual({ points: { available: 40, held: 0 } });
  expect(await story(account, held.body.seq)).toMatchObject({
    hold_end: { end: "captured", at_ms: captured.body.at_ms },
    hold_expires_at_ms: held.body.at_ms + 15 * MINUTE_MS,
  });
});

test("a cancelled hold gives everything back", async () => {
  const account = await withPoints(60);
  const held = await account.book(hold("rew_two_euro"));

  const cancelled = await account.book({ type: "cancel", hold: held.body.seq });

  expect(await account.balances()).toEqual({ points: { available: 60, held: 0 } });
  expect((await story(account, held.body.seq)).hold_end).toEqual({ end: "cancelled", at_ms: cancelled.body.at_ms });
});

test.for(["capture", "cancel"] as const)("after a %s no other end can follow", async (type) => {
  const account = await withPoints(60);
  const held = await account.book(hold("rew_two_euro"));
  await account.book({ type, hold: held.body.seq });
  const after = await account.balances();
  const code = type === "capture" ? "hold_captured" : "hold_cancelled";

  for (const next of ["capture", "cancel", "renew"] as const) {
    expect(refusalOf(await account.send({ type: next, hold: held.body.seq }))).toEqual({ code, hold: held.body.seq });
  }
  expect(refusalOf(await account.send(sale({ holds: [held.body.seq] })))).toEqual({ code, hold: held.body.seq });
  expect(await account.balances()).toEqual(after);
});

test("what is no hold cannot be captured", async () => {
  const account = await withPoints(60);

  for (const seq of [1, 2, 99]) {
    expect(refusalOf(await account.send({ type: "capture", hold: seq }))).toEqual({ code: "hold_unknown", hold: seq });
  }
  expect(await account.rowCount()).toBe(2);
});

test("a hold that was renewed lasts from then on", async () => {
  const account = await withPoints(60);
  const held = await account.book(hold("rew_two_euro"));

  account.clock_offset_ms = 14 * MINUTE_MS;
  await account.book({ type: "renew", hold: held.body.seq });
  account.clock_offset_ms = 28 * MINUTE_MS;
  expect(await account.balances()).toEqual({ points: { available: 40, held: 20 } });

  account.clock_offset_ms = 30 * MINUTE_MS;
  expect(await account.balances()).toEqual({ points: { available: 60, held: 0 } });
});

test("a hold expires on the read after its time, to the minute", async () => {
  const account = await withPoints(60);
  const held = await account.book(hold("rew_two_euro"));
  const rows = await account.rowCount();

  account.clock_offset_ms = 15 * MINUTE_MS - 5000;
  expect(await account.balances()).toEqual({ points: { available: 40, held: 20 } });

  account.clock_offset_ms = 15 * MINUTE_MS;
  expect(await account.balances()).toEqual({ points: { available: 60, held: 0 } });
  expect(await story(account, held.body.seq)).toMatchObject({
    hold_end: { end: "expired", at_ms: held.body.at_ms + 15 * MINUTE_MS },
    hold_expires_at_ms: held.body.at_ms + 15 * MINUTE_MS,
  });
  expect(await account.rowCount()).toBe(rows);
});

test.for(["capture", "cancel", "renew"] as const)("%s comes too late for an expired hold", async (type) => {
  const account = await withPoints(60);
  const held = await account.book(hold("rew_two_euro"));
  account.clock_offset_ms = 16 * MINUTE_MS;

  const refused = await account.send({ type, hold: held.body.seq }, { key: "late" });
  const again = await account.send({ type, hold: held.body.seq }, { key: "late" });

  const refusal = { code: "hold_expired", hold: held.body.seq };
  expect(refused).toEqual({ ok: false, replayed: false, refusal });
  expect(again).toEqual({ ok: false, replayed: true, refusal });
  expect(await account.balances()).toEqual({ points: { available: 60, held: 0 } });
  const [last] = (await account.bookings()).slice(-1);
  expect(last?.body).toMatchObject({ type: "refused", expired_holds: [held.body.seq] });
  expect(refusalOf(await account.send(sale({ holds: [held.body.seq] })))).toEqual(refusal);
});

test("the expiry rides on the next booking", async () => {
  const account = await withPoints(60);
  const held = await account.book(hold("rew_two_euro"));
  account.clock_offset_ms = 16 * MINUTE_MS;

  const sold = await account.book(sale({ total: 500 }));

  expect(sold.body).toMatchObject({ type: "sale", expired_holds: [held.body.seq] });
  expect(sold.body.entries.map(({ lot, delta, after }) => [lot.bucket, delta, after])).toEqual([
    ["held", -20, 0],
    ["available", 20, 60],
    ["available", 5, 65],
    ["available", 1, 1],
  ]);
  expect(await account.balances()).toMatchObject({ points: { available: 65, held: 0 } });
});

test("the points of an expired hold can be spent in the very next call", async () => {
  const account = await withPoints(20);
  await account.book(hold("rew_two_euro"));
  account.clock_offset_ms = 16 * MINUTE_MS;

  const second = await account.send(hold("rew_two_euro"));

  expect(second).toMatchObject({ ok: true });
  expect(await account.balances()).toEqual({ points: { available: 0, held: 20 } });
});

test("the alarm is set for the deadline in real time, and only for the earliest", async () => {
  const account = await withPoints(100);
  await account.ring();
  expect(await alarmOf(account)).toBe(null);

  account.clock_offset_ms = 7 * MINUTE_MS;
  const first = await account.book(hold("rew_two_euro"));
  const deadline = first.body.at_ms + 15 * MINUTE_MS - account.clock_offset_ms;
  expect(await alarmOf(account)).toBe(deadline);

  await account.evict();
  await account.book(hold("rew_two_euro"));
  await account.book(sale());
  expect(await alarmOf(account)).toBe(deadline);

  account.program = programPayload(2, { ...cafeProgram, holds: { minutes: 5 } });
  const sooner = await account.book(hold("rew_two_euro"));
  expect(await alarmOf(account)).toBe(sooner.body.at_ms + 5 * MINUTE_MS - account.clock_offset_ms);
});

test("an alarm that rings early books nothing and is set again", async () => {
  const account = await withPoints(60);
  await account.ring();
  await account.book(hold("rew_two_euro"));
  const before = await alarmOf(account);

  expect(await account.ring()).toBe(true);

  expect(await account.rowCount()).toBe(3);
  expect(await alarmOf(account)).toBe(before);
});

/** Rings the alarm as if so much real time had passed. */
function ringAfter(account: TestAccount, passed_ms: number): Promise<void> {
  return account.inside(async (_, object) => {
    const real = Date.now;
    Date.now = () => real() + passed_ms;
    try {
      await object.alarm();
    } finally {
      Date.now = real;
    }
  });
}

test("the alarm and the read come to the same, however often either comes", async () => {
  const expireBy = async (...rings_ms: number[]) => {
    const account = await withPoints(100);
    const first = await account.book(hold("rew_two_euro"));
    const renewed = await account.book(hold("rew_ten_percent"));
    account.clock_offset_ms = 10 * MINUTE_MS;
    const { body } = await account.book({ type: "renew", hold: renewed.body.seq });
    for (const passed_ms of rings_ms) await ringAfter(account, passed_ms);
    account.clock_offset_ms = 26 * MINUTE_MS;
    const { wallet, rewards } = await account.view();
    const ends = [await story(account, first.body.seq), await story(account, renewed.body.seq)];
    expect(ends[0]?.hold_end?.at_ms).toBe(first.body.at_ms + 15 * MINUTE_MS);
    expect(ends[1]?.hold_end?.at_ms).toBe(body.at_ms + 15 * MINUTE_MS);
    const seen = { wallet, rewards, ends: ends.map(({ hold_end }) => hold_end?.end) };
    return { seen, types: (await account.types()).slice(5) };
  };

  const byRead = await expireBy();
  const byAlarm = await expireBy(16 * MINUTE_MS);
  const byManyAlarms = await expireBy(MINUTE_MS, 6 * MINUTE_MS, 6 * MINUTE_MS, 16 * MINUTE_MS, 20 * MINUTE_MS);

  expect(byRead.seen.ends).toEqual(["expired", "expired"]);
  expect(byRead.types).toEqual([]);
  expect(byAlarm).toEqual({ seen: byRead.seen, types: ["due"] });
  expect(byManyAlarms).toEqual({ seen: byRead.seen, types: ["due", "due"] });
});

test("the alarm leaves one booking that names what expired", async () => {
  const account = await withPoints(60);
  const held = await account.book(hold("rew_two_euro"));

  await ringAfter(account, 15 * MINUTE_MS);

  const last = (await account.bookings()).at(-1);
  expect(last).toEqual({
    body: {
      v: 1,
      seq: 4,
      at_ms: expect.any(Number),
      by: { kind: "system", job: "alarm" },
      expired_holds: [held.body.seq],
      entries: [expect.objectContaining({ delta: -20 }), expect.objectContaining({ delta: 20, after: 60 })],
      type: "due",
    },
    note: null,
  });
  expect((await story(account, held.body.seq)).hold_end).toEqual({
    end: "expired",
    at_ms: held.body.at_ms + 15 * MINUTE_MS,
  });
});

test("a sale captures the holds it names in its own booking", async () => {
  const account = await withPoints(100);
  const percent = await account.book(hold("rew_ten_percent", { sale_total: 2000 }));
  const amount = await account.book(hold("rew_two_euro"));
  const rows = await account.rowCount();

  const sold = await account.book(
    sale({ lines: [coffee("1", 2), line("2", 1300)], holds: [percent.body.seq, amount.body.seq, percent.body.seq] }),
  );

  expect(await account.rowCount()).toBe(rows + 1);
  expect(sold.body).toMatchObject({
    captures: [
      { hold: percent.body.seq, reward: "rew_ten_percent", effect: { discount: 200, final: true } },
      { hold: amount.body.seq, reward: "rew_two_euro", effect: { discount: 200, final: true } },
    ],
  });
  expect(await account.balances()).toMatchObject({ points: { available: 50, held: 0 } });
  expect((await story(account, amount.body.seq)).hold_end).toEqual({ end: "captured", at_ms: sold.body.at_ms });
});

test("every kind of reward says what it does to the basket", async () => {
  const account = await withPoints(200);
  await account.book(grant(10, "stamps:stc_coffee"));
  await account.book(grant(3, "stamps:stc_visit"));
  const lines = [coffee("1"), line("2", 1650, { sku: "CAKE" })];
  const effectOf = async (ask: Parameters<typeof hold>[0]) => {
    const { body } = viewOf(await account.preview(hold(ask, { lines, sale_total: 2000 })));
    return body.type === "hold" ? body.effect : null;
  };

  expect(await effectOf("rew_ten_percent")).toMatchObject({ kind: "percent_off", discount: 200, final: true });
  expect(await effectOf("rew_two_euro")).toMatchObject({ kind: "amount_off", discount: 200 });
  expect(await effectOf("rew_free_coffee")).toMatchObject({ kind: "free_item", discount: 350, item: { sku: "COF" } });
  expect(await effectOf("rew_mug")).toMatchObject({ kind: "product", discount: 0, item: { sku: "MUG" } });
  expect(await effectOf("rew_cookie")).toMatchObject({ kind: "product", item: { sku: null } });
  expect(await effectOf({ unit: "points", amount: 75 })).toMatchObject({ kind: "amount_off", discount: 75 });
});

test("a hold is refused for want of units, spending or a fitting item", async () => {
  const account = await withPoints(60);
  await account.book(grant(10, "stamps:stc_coffee"));
  const ask = async (...args: Parameters<typeof hold>) => refusalOf(await account.send(hold(...args)));

  expect(await ask("rew_mug")).toEqual({
    code: "insufficient_balance",
    unit: "points",
    needed: 100,
    available: 60,
  });
  expect(await ask("rew_ten_percent", { sale_total: 499 })).toEqual({
    code: "minimum_spend_not_met",
    minimum: 500,
    spend: 499,
  });
  expect(await ask("rew_free_coffee", { lines: [line("1", 900)] })).toEqual({
    code: "no_eligible_item",
    reward: "rew_free_coffee",
  });
  expect(await ask({ unit: "stamps:stc_visit", amount: 1 })).toEqual({ code: "pay_with_points_off" });
  expect(await account.balances()).toMatchObject({ points: { available: 60, held: 0 } });
});

test("20 parallel holds of the last points: one wins", async () => {
  const account = await withPoints(20);

  const answers = await Promise.all(Array.from({ length: 20 }, () => account.send(hold("rew_two_euro"))));

  expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
  expect(answers.flatMap((answer) => (answer.ok ? [] : [answer.refusal.code]))).toEqual(
    Array.from({ length: 19 }, () => "insufficient_balance"),
  );
  expect(await account.balances()).toEqual({ points: { available: 0, held: 20 } });
});

test("parallel capture, cancel and sale of one hold: one wins", async () => {
  for (let round = 0; round < 10; round += 1) {
    const account = await withPoints(20);
    const held = await account.book(hold("rew_two_euro"));
    const seq = held.body.seq;

    const answers = await Promise.all([
      account.send({ type: "capture", hold: seq }),
      account.send({ type: "cancel", hold: seq }),
      account.send(sale({ holds: [seq], total: 50 })),
      account.send({ type: "capture", hold: seq }),
    ]);

    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    const { points } = await account.balances();
    expect([undefined, { available: 20, held: 0 }]).toContainEqual(points);
  }
});

test("an account has at most 20 open holds", async () => {
  const account = await withPoints(1000);
  for (let index = 0; index < 20; index += 1) await account.book(hold("rew_two_euro"));

  expect(refusalOf(await account.send(hold("rew_two_euro")))).toEqual({ code: "too_many_holds", max: 20 });

  account.clock_offset_ms = 15 * MINUTE_MS;
  expect(await account.send(hold("rew_two_euro"))).toMatchObject({ ok: true });
  expect(await account.balances()).toEqual({ points: { available: 980, held: 20 } });
});

test("points held for a reward are not clawed back by a return", async () => {
  const account = await openAccount({ mode: "test" });
  const sold = await account.book(sale({ total: 2000 }));
  const held = await account.book(hold("rew_two_euro"));

  const { body } = await account.book(returnOf(sold.body));

  expect(body).toMatchObject({ written_off: [{ unit: "points", amount: 20 }] });
  expect(await account.balances()).toEqual({ points: { available: 0, held: 20 } });
  await account.book({ type: "capture", hold: held.body.seq });
  expect(await account.balances()).toEqual({});
});

test("a test clock that goes back moves no booking back", async () => {
  const account = await withPoints(60);
  account.clock_offset_ms = 60 * MINUTE_MS;
  const late = await account.book(sale({ total: 100 }));

  account.clock_offset_ms = 0;
  const { body } = await account.book(sale({ total: 100 }));

  expect(body.at_ms).toBe(late.body.at_ms);
  expect(await account.balances()).toMatchObject({ points: { available: 62 } });
});
