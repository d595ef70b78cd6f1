import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { checkLedger } from "../../scripts/verify/check-ledger.ts";
import { activityOf } from "../../src/domain/insights/activity.ts";
import type { BookingBody } from "../../src/domain/ledger/booking.ts";
import { Recorded, unsaid } from "../rolling/recorded.ts";

// Traffic and ledgers as an earlier release made them. A deploy mixes Workers and objects of two releases for minutes, and
// ledgers live for ever: today's objects must take what an old Worker sends, and go on with what an old object stored.
const FIXTURES = ["v1-before-tiers.json", "v1-full-programme.json"];

/** The answer without what depends on the order of keys in a body, or on the salt of a note. */
function comparable(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) =>
    key === "salt" || key === "note_digest" ? undefined : value,
  );
}

/** Whether a play-back is noticed to be wrong: by what it says, or because it cannot be done. */
function differs(play: () => readonly string[]): boolean {
  try {
    return play().length > 0;
  } catch {
    return true;
  }
}

describe.each(FIXTURES)("traffic of an earlier release (%s)", (name) => {
  const text = readFileSync(join(import.meta.dirname, "../rolling/fixtures", name), "utf8");

  test("an old Worker's messages hear from today's objects what they heard then", () => {
    const recorded = new Recorded(text);
    recorded.openAll();
    for (const call of recorded.calls) {
      const answer = recorded.make(call);
      // Of a parcel that arrived an old Worker reads only that it did.
      const read =
        call.method === "receive" || call.method === "confirmDelivery" ? { ok: call.answer.ok } : call.answer;
      expect(unsaid(comparable(answer), comparable(read))).toEqual([]);
    }
  });

  test("ledgers of old objects verify, and keep their hashes", () => {
    const recorded = new Recorded(text);
    for (const { object, rows } of recorded.ledgers()) {
      expect(checkLedger(object, rows).findings).toEqual([]);
      for (const { body, seq } of rows) {
        const parsed: BookingBody = JSON.parse(body);
        expect(activityOf(parsed).seq).toBe(seq);
      }
    }
  });

  test("ledgers of old objects are projected as the old objects did, and those that today's make of their traffic too", () => {
    const then = new Recorded(text).projections();
    if (then === null) return;
    const recorded = new Recorded(text);
    recorded.openAll();
    for (const call of recorded.calls) recorded.make(call);
    for (const ledgers of [recorded.ledgers(), recorded.stored()]) {
      const now = ledgers.map(({ rows }) => rows.map(({ body }) => activityOf(JSON.parse(body))));
      expect(unsaid(comparable(now), comparable(then))).toEqual([]);
    }
  });

  test("on ledgers of old objects every key still gives its answer, and sales go on", () => {
    const recorded = new Recorded(text);
    recorded.fillAll();
    const before = recorded.ledgers().map(({ rows }) => rows.length);
    for (const call of recorded.calls) {
      const { answer } = call;
      if (call.method !== "run" || !answer.ok) continue;
      const again = recorded.make({ ...call, now_ms: recorded.last_ms });
      const then = { ...z.record(z.string(), z.unknown()).parse(comparable(answer)), replayed: true };
      expect(unsaid(comparable(again), then)).toEqual([]);
    }
    expect(recorded.rowCounts()).toEqual(before);
    const sale = recorded.newSale("after the deploy");
    expect(sale.ok).toBe(true);
    for (const { object, rows } of recorded.stored()) expect(checkLedger(object, rows).findings).toEqual([]);
  });

  test("a build that renames a field of a message is caught (negative control)", () => {
    const renamed = text.replaceAll(/"receipt":\s*"R/g, '"ticket":"R');
    expect(renamed).not.toBe(text);
    const recorded = new Recorded(renamed);
    recorded.openAll();
    const play = () =>
      recorded.calls.flatMap((call) =>
        call.method === "run" ? unsaid(comparable(recorded.make(call)), comparable(call.answer)) : [],
      );
    expect(differs(play)).toBe(true);
  });

  test("a ledger with one changed byte is caught (negative control)", () => {
    const [ledger] = new Recorded(text.replace('\\"delta\\":40', '\\"delta\\":41')).ledgers();
    expect(ledger === undefined ? [] : checkLedger(ledger.object, ledger.rows).findings).not.toEqual([]);
  });
});
