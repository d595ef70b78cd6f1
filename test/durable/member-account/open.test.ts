import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { CASHIER, grant, openAccount, returnOf, sale, unopenedAccount } from "../../support/workerd/account.ts";

test("an opened account has its card, empty balances and one booking", async () => {
  const account = unopenedAccount();

  const opened = await account.open(1);

  expect(opened).toEqual({ ok: true, value: { opened_at_ms: expect.any(Number) } });
  const view = await account.view();
  expect(view.cards).toEqual([
    { card_no: 1, kind: "digital", state: "active", issued_at_ms: view.opened_at_ms, booking: 1, metadata: {} },
  ]);
  expect(view.seq).toBe(1);
  expect(view.wallet.balances.map(({ unit, available, pending, held }) => [unit, available, pending, held])).toEqual([
    ["points", 0, 0, 0],
    ["stamps:stc_coffee", 0, 0, 0],
    ["stamps:stc_visit", 0, 0, 0],
  ]);
  expect(await account.bookings()).toEqual([
    {
      body: {
        v: 1,
        seq: 1,
        at_ms: view.opened_at_ms,
        by: CASHIER,
        entries: [],
        type: "opened",
        object: account.name,
        account_kind: "member",
        card_no: 1,
      },
      note: null,
    },
  ]);
});

test("opening an account again changes nothing, also after eviction and with another card", async () => {
  const account = unopenedAccount();
  const first = await account.open(1);
  const before = await account.chainRows();

  const again = await account.open(1);
  await account.evict();
  const other = await account.open(7);

  expect(again).toEqual(first);
  expect(other).toEqual(first);
  expect(await account.chainRows()).toEqual(before);
});

test("parallel openings make one booking", async () => {
  const account = unopenedAccount();

  const answers = await Promise.all(Array.from({ length: 10 }, () => account.open(1)));

  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await account.rowCount()).toBe(1);
});

test.for(["member", "receipt", "bearer"] as const)("an account of kind %s remembers its kind", async (kind) => {
  const account = await openAccount({ kind, card_no: null });

  const [opened] = await account.bookings();

  expect(opened?.body).toMatchObject({ type: "opened", account_kind: kind, card_no: null });
  expect((await account.view()).cards).toEqual([]);
});

test("an unknown account says so to every call and does not come into existence", async () => {
  const account = unopenedAccount();
  const unknown = { ok: false, refusal: { code: "account_unknown" } };

  expect(await account.send(sale())).toEqual({ ...unknown, replayed: false });
  expect(await account.preview(sale())).toEqual({ ...unknown, replayed: false });
  expect(await account.send(returnOf("R-1"))).toEqual({ ...unknown, replayed: false });
  expect(await account.send(grant(5))).toEqual({ ...unknown, replayed: false });
  expect(await account.client.wallet([account.program])).toEqual(unknown);
  expect(await account.client.bookings({ beyond_seq: null, order: "asc", limit: 10, types: null })).toEqual(unknown);
  expect(await account.client.booking(1)).toEqual(unknown);
  expect(await account.client.knowsKey("til:key")).toBe(false);
  expect(await account.client.chain(0)).toEqual({ rows: [], head_seq: 0 });
  expect(await account.ring()).toBe(false);

  const tables = await account.inside(({ sql }) =>
    sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\'").toArray(),
  );
  expect(tables).toEqual([]);
});

test("an account refuses what is meant for another", async () => {
  const account = await openAccount();
  const other = await openAccount();
  const wrong = { to: other.name, clock_offset_ms: 0 };
  // Caught inside the object: an error that leaves it would count as unhandled there.
  const failures = await account.inside(async (_, object) => {
    const calls = [
      () => object.open({ ...wrong, card_no: 1, by: CASHIER }),
      () => object.wallet({ ...wrong, programs: [account.program] }),
      () => object.bookings({ ...wrong, beyond_seq: null, order: "asc", limit: 10, types: null }),
      () => object.booking({ ...wrong, seq: 1 }),
      () => object.knowsKey({ ...wrong, idem: "til:key" }),
      () => object.chain({ ...wrong, after_seq: 0 }),
      () =>
        object.run({
          ...wrong,
          command: sale(),
          by: CASHIER,
          till: "til",
          idem: "til:key",
          request_hash: "00",
          note: null,
          programs: [account.program],
          preview: false,
        }),
    ];
    const settled = await Promise.allSettled(calls.map((call) => call()));
    return settled.map((result) => (result.status === "rejected" ? String(result.reason) : "answered"));
  });

  expect(failures).toEqual(
    Array.from({ length: 7 }, () => `InvariantError: a command for ${other.name} reached ${account.name}`),
  );
  expect([await account.rowCount(), await other.rowCount()]).toEqual([1, 1]);
});

test("an account addressed by a bare id answers nothing", async () => {
  const account = await openAccount();
  const nameless = env.MEMBER_ACCOUNT.get(env.MEMBER_ACCOUNT.newUniqueId());

  const failure = await runInDurableObject(nameless, async (object) => {
    const [call] = await Promise.allSettled([object.chain({ to: account.name, clock_offset_ms: 0, after_seq: 0 })]);
    return call.status === "rejected" ? String(call.reason) : "answered";
  });

  expect(failure).toContain("reached an object without a name");
});
