import { describe, expect, test } from "vitest";
import { accountMigrations } from "../../../src/durable/member-account/migrations.ts";
import {
  cafeProgram,
  coffee,
  grant,
  hold,
  line,
  MINUTE_MS,
  openAccount,
  programPayload,
  returnOf,
  sale,
  type TestAccount,
  unopenedAccount,
} from "../../support/workerd/account.ts";
import { countRows } from "../../support/workerd/row-meter.ts";

// Rows written are what an account costs. The budgets here are promises: a change that breaks one needs a decision, not a
// new number.

const gives = { kind: "reward", reward: "rew_mug" };
const deeds = {
  ...cafeProgram,
  challenges: [{ id: "chl_one", name: { en: "One" }, counts: { kind: "visits" }, goal: 1, gives }],
  dated_gifts: [
    { id: "gif_b", name: { en: "Birthday" }, on: { kind: "birthday" }, days_before: 1, days_after: 1, gives },
  ],
};

/** An account with points and stamps for everything, awake, whose projection has its alarm for this while. */
async function readyAccount(): Promise<TestAccount> {
  const account = await openAccount({ mode: "test" });
  await account.book(grant(1000));
  return account;
}

test("one index more is noticed (negative control)", async () => {
  const account = await readyAccount();
  await account.inside(({ sql }) => sql.exec("CREATE INDEX booking_hash ON booking (hash)"));

  expect(await countRows(account, () => account.book(sale()))).toMatchObject({ written: 4, alarms: 0 });
});

const NOTHING = { written: 0, alarms: 0 };

describe("a sale writes three rows", () => {
  test("however many lines and units it has, with a note", async () => {
    const account = await readyAccount();
    const lines = Array.from({ length: 50 }, (_, index) => coffee(`l${index}`));
    const note = { reason: "feest", metadata: { table: "4" } };

    expect(await countRows(account, () => account.book(sale({ lines }), { note }))).toMatchObject({
      written: 3,
      alarms: 0,
    });
  });

  test("when it captures holds, and books what is due", async () => {
    const account = await readyAccount();
    await account.book(hold("rew_mug"));
    account.clock_offset_ms = 10 * MINUTE_MS;
    const first = await account.book(hold("rew_two_euro"));
    const second = await account.book(hold("rew_ten_percent"));
    account.clock_offset_ms = 16 * MINUTE_MS;
    const command = sale({ holds: [first.body.seq, second.body.seq] });

    expect(await countRows(account, () => account.book(command))).toMatchObject({ written: 3, alarms: 0 });
  });

  test("when it reaches a challenge and brings a birthday gift", async () => {
    const account = await openAccount({ mode: "test", program: programPayload(1, deeds) });
    await account.book(grant(1000));
    await account.client.tellBirthday(new Date().toISOString().slice("YYYY-".length, "YYYY-MM-DD".length));

    let body: object = {};
    const rows = await countRows(account, async () => ({ body } = await account.book(sale())));

    expect(rows).toMatchObject({ written: 3, alarms: 0 });
    expect(body).toMatchObject({ gifts: [{ gift: "gif_b" }], challenges: [{ given: {} }] });
  });

  test("when it carries a checkpoint, and after eviction", async () => {
    const account = await readyAccount();
    for (let seq = 3; seq <= 31; seq += 1) await account.book(sale());
    await account.evict();

    const atCheckpoint = await countRows(account, () => account.book(sale()));

    expect(atCheckpoint).toMatchObject({ written: 3, alarms: 0 });
    expect(await account.rowCount()).toBe(32);
  });
});

describe("the alarm that sees to the projection", () => {
  test("is set by the first sale after a pause, and by none that follow", async () => {
    const account = await readyAccount();
    await account.ring();

    expect(await countRows(account, () => account.book(sale()))).toMatchObject({ written: 3, alarms: 1 });
    expect(await countRows(account, () => account.book(sale()))).toMatchObject({ written: 3, alarms: 0 });
    await account.evict();
    expect(await countRows(account, () => account.book(sale()))).toMatchObject({ written: 3, alarms: 0 });
  });

  test("is set about once a minute while sales follow each other", async () => {
    const account = await readyAccount();
    await account.ring();
    let alarms = 0;
    for (let round = 0; round < 10; round += 1) {
      alarms += (await countRows(account, () => account.book(sale()))).alarms;
      // What is set now would ring in a minute; only one set after a pause comes earlier.
      const rings_ms = await account.inside((storage) => storage.getAlarm());
      if (rings_ms !== null && rings_ms < Date.now() + 10_000) await account.ring();
    }
    expect(alarms).toBe(1);
  });

  test("is not set when another alarm is", async () => {
    const account = await readyAccount();
    await account.ring();
    await account.book(hold("rew_mug"));

    expect(await countRows(account, () => account.book(sale()))).toMatchObject({ written: 3, alarms: 0 });
  });

  test("is not set by what books nothing", async () => {
    const account = await readyAccount();
    await account.ring();

    expect(await countRows(account, () => account.preview(sale()))).toMatchObject(NOTHING);
    expect(await countRows(account, () => account.send(hold("rew_gone")))).toMatchObject(NOTHING);
    expect(await account.ring()).toBe(false);
  });
});

test("a hold writes two rows, and sets the alarm when none is set", async () => {
  const account = await readyAccount();
  await account.ring();

  expect(await countRows(account, () => account.book(hold("rew_two_euro")))).toMatchObject({ written: 2, alarms: 1 });
  expect(await countRows(account, () => account.book(hold("rew_two_euro")))).toMatchObject({ written: 2, alarms: 0 });
  await account.evict();
  expect(await countRows(account, () => account.book(hold("rew_two_euro")))).toMatchObject({ written: 2, alarms: 0 });
});

test.for(["capture", "cancel", "renew"] as const)("a %s writes two rows", async (type) => {
  const account = await readyAccount();
  const { body } = await account.book(hold("rew_two_euro"));

  expect(await countRows(account, () => account.book({ type, hold: body.seq }))).toMatchObject({
    written: 2,
    alarms: 0,
  });
});

test("a return writes three rows, and five when it frees the receipt", async () => {
  const account = await readyAccount();
  const sold = await account.book(sale({ lines: [coffee("1"), line("2", 650)] }));

  const partial = await countRows(account, () => account.book(returnOf(sold.body, { return_id: "a", total: 300 })));
  const rest = await countRows(account, () => account.book(returnOf(sold.body, { return_id: "b" })));

  expect(partial).toMatchObject({ written: 3, alarms: 0 });
  expect(rest).toMatchObject({ written: 5, alarms: 0 });
});

test("a return that waits writes two rows, and three more with its sale", async () => {
  const account = await readyAccount();

  const waiting = await countRows(account, () => account.send(returnOf("R-early", { total: 100 })));
  const sold = await countRows(account, () => account.book(sale({ receipt: "R-early" })));

  expect(waiting).toMatchObject({ written: 2, alarms: 0 });
  expect(sold).toMatchObject({ written: 6, alarms: 0 });
});

test("a kept refusal writes two rows, any other none", async () => {
  const account = await readyAccount();
  const poor = hold("rew_free_coffee");

  expect(await countRows(account, () => account.send(poor, { key: "k" }))).toMatchObject({ written: 2, alarms: 0 });
  expect(await countRows(account, () => account.send(poor, { key: "k" }))).toMatchObject(NOTHING);
  expect(await countRows(account, () => account.send(hold("rew_gone")))).toMatchObject(NOTHING);
  expect(await countRows(account, () => account.send({ type: "capture", hold: 99 }))).toMatchObject(NOTHING);
});

test("replays, previews and reads write nothing, after eviction and past a deadline too", async () => {
  const account = await readyAccount();
  const command = sale();
  await account.book(command, { key: "k1" });
  const { body } = await account.book(hold("rew_two_euro"));
  const calls: Record<string, () => Promise<unknown>> = {
    replay: () => account.send(command, { key: "k1" }),
    "replay by receipt": () => account.send(command, { key: "k2" }),
    "preview of a sale": () => account.preview(sale()),
    "preview of a hold": () => account.preview(hold("rew_mug")),
    "preview of a return": () => account.preview(returnOf(command.receipt)),
    "preview of a refusal": () => account.preview(hold("rew_free_coffee")),
    wallet: () => account.view(),
    bookings: () => account.bookings(),
    booking: () => account.client.booking(body.seq),
    chain: () => account.client.chain(0),
    key: () => account.client.knowsKey("til:unused"),
    "opening again": () => account.open(),
  };

  for (const [name, call] of Object.entries(calls)) {
    expect({ name, ...(await countRows(account, call)) }).toMatchObject({ name, ...NOTHING });
    await account.evict();
    expect({ name, ...(await countRows(account, call)) }).toMatchObject({ name, ...NOTHING });
  }
  account.clock_offset_ms = 20 * MINUTE_MS;
  for (const [name, call] of Object.entries(calls).filter(([name]) => !name.startsWith("replay"))) {
    expect({ name, ...(await countRows(account, call)) }).toMatchObject({ name, ...NOTHING });
  }
  expect(await account.balances()).toMatchObject({ points: { held: 0 } });
});

test("an alarm with nothing due writes nothing but its next setting, one with something due a single row", async () => {
  const account = await readyAccount();
  await account.book(hold("rew_two_euro"));
  const ring = () => account.inside((_, object) => object.alarm());

  expect(await countRows(account, ring)).toMatchObject({ written: 0, alarms: 1 });
  account.clock_offset_ms = 14 * MINUTE_MS;
  await account.book({ type: "block_card", card_no: 1 });
  const real = Date.now;
  Date.now = () => real() + 2 * MINUTE_MS;
  try {
    expect(await countRows(account, ring)).toMatchObject({ written: 1, alarms: 0 });
    expect(await countRows(account, ring)).toMatchObject({ written: 0, alarms: 0 });
  } finally {
    Date.now = real;
  }
});

test("opening an account writes few rows", async () => {
  const account = unopenedAccount();
  // One statement at a time, because of several in one call the runtime counts the last.
  const schema = await unopenedAccount().inside(({ sql }) =>
    accountMigrations
      .flatMap((migration) => migration.sql.split(";"))
      .filter((statement) => statement.trim() !== "")
      .reduce((sum, statement) => sum + sql.exec(statement).rowsWritten, 0),
  );
  const last = await unopenedAccount().inside(({ sql }) =>
    accountMigrations.reduce((sum, migration) => sum + sql.exec(migration.sql).rowsWritten, 0),
  );

  const opened = await countRows(account, () => account.open());

  // The table of migrations and its row, the ledger's table and two indexes, the first booking.
  expect(opened.written - last + schema).toBe(8);
  // Insights shall hear of it.
  expect(opened.alarms).toBe(1);
});
