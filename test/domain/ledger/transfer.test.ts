import { describe, expect, test } from "vitest";
import type { TransferCommand } from "../../../src/domain/ledger/command.ts";
import { brokenInvariants } from "../../../src/domain/ledger/invariants.ts";
import { planEstate } from "../../../src/domain/ledger/plan-estate.ts";
import { DAY_MS, NOW_MS } from "../support/clock.ts";
import { adjust, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { program } from "../support/program.ts";

const rules = program({ transfers: { points: true } });
const give = (amount: number, changes: Partial<TransferCommand> = {}): TransferCommand => ({
  type: "transfer",
  to: "m000000000000002",
  unit: "points",
  amount,
  card_no: null,
  ...changes,
});
const stamp = {
  now_ms: NOW_MS + DAY_MS,
  by: { kind: "system", job: "alarm" },
  request_hash: null,
  note_digest: null,
  clock_offset_ms: 0,
  program: null,
  timezone: null,
} as const;

function withPoints(points: number): Ledger {
  const ledger = new Ledger(rules);
  ledger.must(adjust(points));
  return ledger;
}

describe("points for another member", () => {
  test.each([
    ["one of ten", 1, 9],
    ["all of them", 10, 0],
  ])("%s: stand reserved until they have arrived, and are gone then", (_what, amount, left) => {
    const ledger = withPoints(10);
    const { seq } = ledger.must(give(amount));
    expect([ledger.available(), ledger.held()]).toEqual([left, amount]);
    ledger.now_ms += 365 * DAY_MS;
    expect(ledger.held()).toBe(amount);
    const done = planEstate(ledger.state, { type: "delivered", delivered: seq }, { ...stamp, now_ms: ledger.now_ms });
    if (!done.ok) throw new Error(done.error.code);
    ledger.take(done.value);
    expect([ledger.available(), ledger.held()]).toEqual([left, 0]);
    expect(brokenInvariants(ledger.state)).toEqual([]);
  });

  test("are no redemption: no sale captures them, and nobody cancels them", () => {
    const ledger = withPoints(10);
    const { seq } = ledger.must(give(4));
    expect(ledger.refuses(sale(100, { holds: [seq] }))).toEqual({ code: "hold_unknown", hold: seq });
    for (const type of ["capture", "cancel", "renew"] as const) {
      expect(ledger.refuses({ type, hold: seq })).toEqual({ code: "hold_unknown", hold: seq });
    }
    expect(ledger.held()).toBe(4);
  });

  test("come back when the other member is not there any more", () => {
    const ledger = withPoints(10);
    const { seq } = ledger.must(give(4));
    const back = planEstate(ledger.state, { type: "delivered", delivered: seq, failed: true }, stamp);
    if (!back.ok) throw new Error(back.error.code);
    ledger.take(back.value);
    expect(ledger.balances()).toEqual({ points: 10 });
  });

  test.each([
    ["more than there are", rules, give(11), "insufficient_balance"],
    ["of a unit that is none", rules, give(1, { unit: "stamps:stc_none" }), "unit_unknown"],
    ["where the programme is silent", program(), give(1), "transfers_off"],
    ["by a card that is not known", rules, give(1, { card_no: 9 }), "card_unknown"],
  ])("are refused: %s", (_when, compiled, command, code) => {
    const ledger = new Ledger(compiled);
    ledger.must(adjust(10));
    expect(ledger.refuses(command).code).toBe(code);
  });

  test("keep the account from going up in another until they have arrived", () => {
    const ledger = withPoints(10);
    ledger.must(give(4));
    const merge = { type: "hand_over", to: "m000000000000003", reason: "merge" } as const;
    expect(planEstate(ledger.state, merge, stamp)).toEqual({ ok: false, error: { code: "account_changed" } });
  });

  test("may be given again and again, and each arrives once", () => {
    const [giver, receiver] = [withPoints(10), new Ledger(rules)];
    receiver.must(sale(100));
    const parcels = [giver.must(give(4)), giver.must(give(6))];
    for (const { seq } of parcels) {
      const lots = [
        {
          unit: "points",
          lot: { bucket: "available", class: "earned", expires_on: null, opens_on: null },
          amount: seq === 3 ? 4 : 6,
        },
      ] as const;
      const command = {
        type: "absorb",
        from: "m1",
        reason: "transfer",
        estate: { lots, remainders: {} },
        parcel: seq,
      } as const;
      const arrived = planEstate(receiver.state, command, stamp);
      if (!arrived.ok) throw new Error(arrived.error.code);
      receiver.take(arrived.value);
      // The natural key is taken: the double would refuse a second time.
      expect(() => receiver.take(arrived.value)).toThrow("natural key");
    }
    expect(receiver.state.absorbed).toBeUndefined();
  });
});
