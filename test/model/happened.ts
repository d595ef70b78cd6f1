import type { BookingBody } from "../../src/domain/ledger/booking.ts";

/** What a booking shows of the schemes, so that a run can tell that each of them was lived through. */
export function schemesIn(body: BookingBody): string[] {
  const found: string[] = [body.type === "refused" ? `refused: ${body.refusal.code}` : body.type];
  const add = (what: string, isThere: boolean) => {
    if (isThere) found.push(what);
  };
  for (const { origin } of body.issued ?? []) found.push(`issued: ${origin}`);
  add("issued reward taken back", (body.revoked_issues ?? []).length > 0);
  add("issued reward expired", (body.expired_issues ?? []).length > 0);
  add("dated gift", (body.gifts ?? []).length > 0);
  add("merged", body.type === "absorbed" && body.reason === "merge");
  add("transfer came back", body.type === "delivered" && body.failed === true);
  if (body.type === "sale") {
    add(
      "promotion",
      body.outcomes.some(({ promotions = [] }) => promotions.length > 0),
    );
    add(
      "offer taken off",
      (body.offers ?? []).some(({ applied }) => applied),
    );
    add("cooldown", (body.frozen.cooling ?? []).length > 0);
    add(
      "cap",
      body.outcomes.some(({ fact }) => fact.code === "earned_with" && fact.cap !== null),
    );
    add("level", body.frozen.tier !== undefined);
    add("top-up", body.topped_up !== undefined);
    add("top-up bonus", (body.topped_up?.granted ?? 0) > 0);
    add("paid with credit", (body.sale.paid_with_credit ?? 0) > 0);
    add(
      "cashback",
      body.outcomes.some(({ unit, amount }) => unit.startsWith("credit:") && amount > 0),
    );
    add("strips sold", (body.strips ?? []).length > 0);
    add(
      "strips used",
      body.captures.some(({ effect }) => effect.kind === "free_items"),
    );
    add("challenge counted", (body.challenges ?? []).length > 0);
    add(
      "challenge reached",
      (body.challenges ?? []).some(({ given }) => given !== undefined),
    );
    add(
      "issued reward used",
      body.captures.some(({ issued }) => issued !== undefined),
    );
  }
  if (body.type === "return") {
    add("return in full", body.full);
    add("return written off", body.written_off.length > 0);
    add("coupon taken back", body.coupon?.taken_back !== undefined);
    add(
      "credit refunded",
      body.entries.some(({ why }) => why.code === "refunded"),
    );
    add("top-up returned", body.topped_up !== undefined);
    add("strips returned", (body.strips ?? []).length > 0);
    add(
      "challenge lost",
      (body.challenges ?? []).some(({ taken }) => taken !== undefined),
    );
    add("return after a merge", body.origin !== null);
  }
  return found;
}
