import { Buffer } from "node:buffer";
import { expect, test, vi } from "vitest";
import type { BookingBody } from "../../../src/domain/ledger/booking.ts";
import { chainHash, encodeBody, findBreak, genesisHash } from "../../../src/domain/ledger/chain.ts";
import { applyBooking } from "../../../src/domain/ledger/fold.ts";
import { type AccountState, inBucket, unitState } from "../../../src/domain/ledger/state.ts";
import { sha256 } from "../../../src/durable/member-account/ledger.ts";
import { Projector } from "../../../src/durable/member-account/projector.ts";
import { LedgerStore } from "../../../src/durable/member-account/store.ts";
import { hold, openAccount, returnOf, sale, type TestAccount } from "../../support/workerd/account.ts";
import { countRows } from "../../support/workerd/row-meter.ts";

const BOOKINGS = 100_000;

/** Repeats an account's newest booking, a sale of whole euros, with chain and checkpoints as the account would write them. */
function repeatSale(account: TestAccount, upTo: number): Promise<void> {
  return account.inside((storage) => {
    const store = new LedgerStore(storage);
    const rows = store.chain(0, 10);
    let state: AccountState | null = null;
    let hash = genesisHash(sha256, account.name);
    let body: BookingBody | null = null;
    for (const row of rows) {
      body = JSON.parse(row.body);
      if (body === null) throw new Error("a row without a body");
      state = applyBooking(state, body);
      hash = chainHash(sha256, hash, row.body);
    }
    if (state === null || body?.type !== "sale") throw new Error("the newest booking is a sale");
    const template = body;
    storage.transactionSync(() => {
      for (let seq = (state?.seq ?? 0) + 1; seq <= upTo; seq += 1) {
        const units = new Map(template.entries.map(({ unit }) => [unit, state === null ? 0 : available(state, unit)]));
        const next: BookingBody = {
          ...template,
          seq,
          sale: { ...template.sale, receipt: `F-${seq}` },
          entries: template.entries.map((entry) => ({ ...entry, after: (units.get(entry.unit) ?? 0) + entry.delta })),
        };
        const text = encodeBody(next);
        hash = chainHash(sha256, hash, text);
        state = applyBooking(state, next);
        store.append({
          seq,
          idem: `til:fill-${seq}`,
          nat: `sale|F-${seq}|2026-08-10|til|`,
          body: text,
          hash,
          note: null,
          checkpoint: seq % 32 === 0 ? state : null,
        });
      }
    });
  });
}

function available(state: AccountState, unit: string): number {
  return inBucket(unitState(state, unit), "available");
}

/** Rows that calls read right after the object was evicted, at the far end of a checkpoint's reach. */
async function coldReads(account: TestAccount): Promise<Record<string, number>> {
  const calls: Record<string, () => Promise<unknown>> = {
    wallet: () => account.view(),
    preview: () => account.preview(sale({ total: 100 })),
    sale: () => account.book(sale({ total: 100 })),
  };
  const reads: Record<string, number> = {};
  // The platform may have put it to sleep by itself while the other was filled.
  await account.view();
  for (const [name, call] of Object.entries(calls)) {
    await account.evict();
    reads[name] = (await countRows(account, call)).read;
  }
  return reads;
}

test("an account with 100,000 bookings reads and writes as little as one with 62", { timeout: 120_000 }, async () => {
  // Rows that no command has written are not what insights shall catch up with while rows are counted.
  vi.spyOn(Projector.prototype, "note").mockReturnValue();
  const small = await openAccount({ mode: "test" });
  const large = await openAccount({ mode: "test" });
  for (const account of [small, large]) await account.book(sale({ receipt: "first", total: 100 }));
  await repeatSale(small, 62);
  // 30 after a checkpoint, so that waking up has as much to read as it ever has.
  await repeatSale(large, BOOKINGS - 2);

  const reads = await coldReads(large);

  expect((await large.view()).seq).toBe(BOOKINGS - 1);
  expect(reads).toEqual(await coldReads(small));
  expect(Math.max(...Object.values(reads))).toBeLessThanOrEqual(40);
  const warm = await countRows(large, () => large.book(sale({ total: 100 })));
  expect(warm).toMatchObject({ written: 3, alarms: 0 });
  expect(warm.read).toBeLessThanOrEqual(4);
  expect(await large.balances()).toMatchObject({ points: { available: BOOKINGS - 1 } });

  const held = await large.book(hold("rew_two_euro"));
  await large.book({ type: "capture", hold: held.body.seq });
  const story = await countRows(large, () => large.client.booking(held.body.seq));
  const returned = await countRows(large, () => large.book(returnOf("F-50000")));
  const page = await countRows(large, () =>
    large.client.bookings({ beyond_seq: 40_000, order: "desc", limit: 20, types: null }),
  );
  expect(story.read).toBeLessThanOrEqual(10);
  expect(returned.read).toBeLessThanOrEqual(20);
  expect(page.read).toBeLessThanOrEqual(25);

  const rows = (await large.chainRows()).map((row) => ({ ...row, hash: Buffer.from(row.hash_hex, "hex") }));
  expect(rows).toHaveLength(BOOKINGS + 3);
  expect(findBreak(sha256, { seq: 0, hash: genesisHash(sha256, large.name) }, rows)).toBe(null);
});
