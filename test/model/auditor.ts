import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { BookingBody } from "../../src/domain/ledger/booking.ts";
import type { ReferenceLedger } from "./reference/ledger.ts";
import type { RefAccount } from "./reference/account.ts";
import { dateAt } from "./reference/calendar.ts";
import { progressOf } from "../../src/domain/ledger/challenge.ts";
import { progressOf as addedUp } from "./reference/challenges.ts";
import { giveDated } from "./reference/dated-gifts.ts";
import { remember } from "./reference/undo.ts";
import { inOrder, isHeld } from "./reference/issues.ts";
import { countedOn, levelOn } from "./reference/notes.ts";
import { schemesIn } from "./happened.ts";
import type { Side } from "./side.ts";
import type { TierView } from "../../src/domain/ledger/view.ts";
import type { ProgramDocument } from "../../src/domain/program/document.ts";
import type { ProgramPayload } from "../../src/durable/member-account/protocol.ts";

/** The programme in force, as it travels and as it reads. */
interface Program {
  readonly payload: ProgramPayload;
  readonly document: ProgramDocument;
}

interface Known {
  seq: number;
  at_ms: number;
  hash: Uint8Array;
  readonly buckets: Map<string, number>;
  readonly lots: Map<string, number>;
}

/**
 * Looks at the ledgers after every step: new rows continue the chain without a gap, every entry adds up, no lot and no
 * balance is below zero, and what the account says it has is what the reference says.
 */
export class Auditor {
  readonly #known = new Map<string, Known>();
  /** How many bookings showed what, over all accounts. */
  readonly happened = new Map<string, number>();

  async inspect(side: Side, reference: ReferenceLedger, account: string, { payload: program, document }: Program) {
    const expected = reference.account(account);
    const known = this.#knownOf(side, account);
    for (let more = true; more;) {
      const page = await side.chain(account, known.seq);
      for (const row of page.rows) {
        for (const what of schemesIn(checkRow(known, row))) {
          this.happened.set(what, (this.happened.get(what) ?? 0) + 1);
        }
      }
      more = known.seq < page.head_seq;
    }
    assert.equal(known.seq, expected.seq, `${account}: bookings`);
    if (expected.end?.kind !== "moved") await this.#compareState(side, account, expected);
    const view = await side.wallet(account, program);
    // Dated gifts are shown as soon as they are due, and booked with what comes next.
    const undo = document.dated_gifts.length === 0 ? () => {} : remember(expected, []);
    giveDated(expected, document, reference.now_ms);
    try {
      this.#compareWallet(view, { account, expected, reference, document });
    } finally {
      undo();
    }
  }

  #compareWallet(
    view: Awaited<ReturnType<Side["wallet"]>>,
    {
      account,
      expected,
      reference,
      document,
    }: { account: string; expected: RefAccount; reference: ReferenceLedger; document: ProgramDocument },
  ): void {
    if (expected.end !== null) {
      const code = expected.end.kind === "erased" ? "account_erased" : "account_moved";
      assert.ok(!view.ok && view.refusal.code === code, `${account}: an account that ended answers ${code}`);
      return;
    }
    assert.ok(view.ok, `${account}: has a wallet`);
    for (const balance of view.value.wallet.balances) {
      const { unit, available, pending, held } = balance;
      assert.deepEqual(
        { unit, available, pending, held },
        { unit, ...amountsOf(expected, unit) },
        `${account}: wallet`,
      );
      if (balance.paid !== undefined) {
        const paid = expected.free(unit).filter(({ rank }) => rank === "paid");
        assert.equal(
          balance.paid,
          paid.reduce((all, { amount }) => all + amount, 0),
          `${account}: paid for`,
        );
      }
      assert.deepEqual(sumDates(balance.expiring), datesOf(expected, unit), `${account}: what expires when`);
      assert.ok(available >= 0 && pending >= 0 && held >= 0, `${account}: nothing is below zero`);
    }
    compareLevel(view.value.wallet.tier, expected, document, dateAt(reference.now_ms, reference.zone));
    const shown = new Set(view.value.wallet.balances.map(({ unit }) => unit));
    for (const { unit } of expected.piles) assert.ok(shown.has(unit), `${account}: ${unit} is shown`);
    const issues = (view.value.issues ?? []).map(({ seq, index, reward, origin, expires_on, held }) =>
      [seq, index, reward, origin, expires_on, held].join(" "),
    );
    const own = inOrder(expected.issues).map((issue) =>
      [issue.seq, issue.place, issue.reward, issue.origin, issue.expires, isHeld(expected, issue)].join(" "),
    );
    assert.deepEqual(
      issues.map((issue) => issue.replace("  ", " null ")),
      own.map((issue) => issue.replace("  ", " null ")),
      `${account}: issued rewards`,
    );
    const cards = new Map(view.value.cards.map(({ card_no, state }) => [card_no, state]));
    assert.deepEqual(cards, expected.cards, `${account}: cards`);
  }

  /** Fractions and reservations, where the state can be looked at. */
  async #compareState(side: Side, account: string, expected: RefAccount): Promise<void> {
    const state = await side.state(account);
    if (state === null) return;
    const fractions = (all: Iterable<readonly [string, { readonly value: number; readonly rate: number }]>) =>
      new Map([...all].filter(([, { value }]) => value !== 0).map(([rule, { value, rate }]) => [rule, [value, rate]]));
    const own = fractions(Object.entries(state.remainders));
    assert.deepEqual(own, fractions(expected.fractions), `${account}: fractions`);
    assert.deepEqual(Object.values(state.parked).length, expected.waiting.length, `${account}: waiting returns`);
    const deeds = Object.entries(state.challenges ?? {}).flatMap(([tally, windows]) =>
      Object.entries(windows).map(([key, { from, until, done, ...window }]) =>
        [tally, key, from, until, progressOf(window), done !== undefined].join(" "),
      ),
    );
    const own_deeds = [...expected.challenges].flatMap(([tally, windows]) =>
      windows.map((one) => [tally, one.key, one.from, one.until, addedUp(one), one.reached !== null].join(" ")),
    );
    assert.deepEqual(deeds.sort(), own_deeds.sort(), `${account}: challenges`);
    if (expected.isDue || expected.end !== null) return;
    const holds = Object.values(state.holds).map(({ seq, expires_at_ms }) => [seq, expires_at_ms]);
    assert.deepEqual(
      holds,
      [...expected.holds.values()].map(({ seq, deadline_ms }) => [seq, deadline_ms]),
      `${account}: holds`,
    );
  }

  #knownOf(side: Side, account: string): Known {
    const known = this.#known.get(account);
    if (known !== undefined) return known;
    const hash = createHash("sha256")
      .update(`stempel ledger 1\n${side.objectName(account)}`)
      .digest();
    const fresh = { seq: 0, at_ms: 0, hash, buckets: new Map<string, number>(), lots: new Map<string, number>() };
    this.#known.set(account, fresh);
    return fresh;
  }
}

/** Where the member stands among the levels of the programme in force. */
function compareLevel(tier: TierView | null, account: RefAccount, document: ProgramDocument, on: string): void {
  const levels = document.tiers?.levels;
  if (levels === undefined) return assert.equal(tier, null, `${account.id}: no levels`);
  const at = levelOn(account, document, on);
  const counted = countedOn(account, document, on);
  const next = levels[at + 1];
  assert.deepEqual(
    { level: tier?.level?.id, counted: tier?.counted, missing: tier?.next?.missing },
    { level: levels[at]?.id, counted, missing: next === undefined ? undefined : Math.max(0, next.from - counted) },
    `${account.id}: level`,
  );
}

function checkRow(
  known: Known,
  row: { readonly seq: number; readonly body: string; readonly hash_hex: string },
): BookingBody {
  const hash = createHash("sha256").update(known.hash).update(row.body).digest();
  assert.equal(row.hash_hex, Buffer.from(hash).toString("hex"), `booking ${row.seq} continues the chain`);
  const body: BookingBody = JSON.parse(row.body);
  assert.equal(row.seq, known.seq + 1, "no gap");
  assert.equal(body.seq, row.seq);
  assert.ok(body.at_ms >= known.at_ms, "time does not go back");
  for (const { unit, lot, delta, after } of body.entries) {
    assert.ok(Number.isSafeInteger(delta) && delta !== 0, "an entry moves something");
    const bucket = `${unit} ${lot.bucket}`;
    const sum = (known.buckets.get(bucket) ?? 0) + delta;
    assert.equal(after, sum, `booking ${row.seq}: ${bucket} adds up`);
    assert.ok(sum >= 0, `booking ${row.seq}: ${bucket} is not below zero`);
    known.buckets.set(bucket, sum);
    const place = JSON.stringify([unit, lot.bucket, lot.class, lot.expires_on, lot.opens_on]);
    const left = (known.lots.get(place) ?? 0) + delta;
    assert.ok(left >= 0, `booking ${row.seq}: the lot ${place} is not below zero`);
    known.lots.set(place, left);
  }
  Object.assign(known, { seq: row.seq, at_ms: body.at_ms, hash });
  return body;
}

function amountsOf(account: RefAccount, unit: string) {
  const sum = (amounts: readonly { readonly amount: number }[]) => amounts.reduce((all, { amount }) => all + amount, 0);
  const held = [...account.holds.values()].filter((hold) => hold.unit === unit).flatMap(({ piles }) => piles);
  return { available: sum(account.free(unit)), pending: sum(account.waitingPiles(unit)), held: sum(held) };
}

function sumDates(lots: readonly { readonly amount: number; readonly on: string }[]): Record<string, number> {
  const dates: Record<string, number> = {};
  for (const { amount, on } of lots) dates[on] = (dates[on] ?? 0) + amount;
  return dates;
}

function datesOf(account: RefAccount, unit: string): Record<string, number> {
  const dated = account
    .free(unit)
    .flatMap(({ amount, expires }) => (expires === null ? [] : [{ amount, on: expires }]));
  return sumDates(dated);
}
