import assert from "node:assert/strict";
import type { CommandAnswer } from "../../src/durable/member-account/protocol.ts";
import type { Outcome } from "./reference/ledger.ts";
import type { Heard, Sent } from "./world.ts";

/** Throws when the product's answer is not the reference's. */
export function compare(answer: Heard, expected: Outcome, sent: Sent): void {
  const what = JSON.stringify(sent.command);
  if ("edge" in answer) return assert.deepEqual({ refused: answer.edge }, plain(expected), what);
  if (!answer.ok) return assert.deepEqual({ refused: answer.refusal.code }, plain(expected), what);
  const { body } = answer.view;
  assert.ok(!("refused" in expected), `${what}: expected ${JSON.stringify(expected)}, got ${body.type} ${body.seq}`);
  assert.deepEqual([body.type, body.seq], [expected.type, expected.seq], what);
  for (const [name, value] of Object.entries(expected.facts))
    assert.deepEqual(factOf(answer, name), value, `${name} of ${what}`);
}

function plain(outcome: Outcome): unknown {
  return "refused" in outcome ? { refused: outcome.refused } : outcome;
}

/** What the booking says of something that the reference reckons too. */
function factOf(answer: Extract<CommandAnswer, { ok: true }>, name: string): unknown {
  const { body } = answer.view;
  if (body.type === "sale") {
    if (name === "earned") return Object.fromEntries(body.outcomes.map(({ unit, amount }) => [unit, amount]));
    if (name === "discounts") return body.captures.map(({ effect }) => effect.discount ?? 0);
    if (name === "pays") return body.captures.map(({ effect }) => effect.pays ?? 0);
    if (name === "offers") {
      return (body.offers ?? []).map(({ id, discount, applied }) => ({ id, discount, applied }));
    }
    if (name === "warnings") return body.warnings.map(({ code }) => code).sort();
  }
  if (body.type === "return") {
    if (name === "amount") return body.amount;
    if (name === "full") return body.full;
    if (name === "written_off") return Object.fromEntries(body.written_off.map(({ unit, amount }) => [unit, amount]));
  }
  if (body.type === "hold") {
    if (name === "discount") return body.effect.discount;
    if (name === "final") return body.effect.final;
    if (name === "units") return body.parts.reduce((sum, { amount }) => sum + amount, 0);
  }
  throw new Error(`nothing is known of ${name} in a ${body.type}`);
}

/** Without moments, which differ by milliseconds where the clock is the machine's. */
export function timeless(answer: Heard): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) =>
    ["at_ms", "expires_at_ms", "issued_at_ms"].includes(key) ? 0 : value,
  );
}
