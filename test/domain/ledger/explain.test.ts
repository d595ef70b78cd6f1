import { describe, expect, test } from "vitest";
import type { EntryFact, SaleWarning } from "../../../src/domain/ledger/booking.ts";
import { explainEntry, explainOutcome, explainWarning, type Reader } from "../../../src/domain/ledger/explain.ts";
import type { EarnFact } from "../../../src/domain/program/earn.ts";
import { program, itemRule, stampCard } from "../support/program.ts";

const coffee = stampCard("coffee", itemRule({ id: "ear_coffee" }));
const { units } = program({ stamp_cards: [coffee.card], rewards: [coffee.full] });
function reader(locale: "nl" | "en"): Reader {
  return { locale, currency: "EUR", unitName: (unit) => units.get(unit)?.name ?? null };
}

const what = { nl: "Gratis koffie", en: "Free coffee" };
const spend: EarnFact = {
  code: "earned_spend",
  eligible: 1250,
  per: 100,
  give: 1,
  carried_in: 0,
  carried_out: 0,
};

describe("an entry", () => {
  const table: [title: string, unit: string, delta: number, why: EntryFact, nl: string, en: string][] = [
    [
      "spend, nothing carried",
      "points",
      12,
      spend,
      "+12 punten: 1 per € 1,00 over € 12,50",
      "+12 points: 1 per €1.00 on €12.50",
    ],
    [
      "spend, carried in",
      "points",
      13,
      { ...spend, carried_in: 50 },
      "+13 punten: 1 per € 1,00 over € 12,50, met € 0,50 van eerder",
      "+13 points: 1 per €1.00 on €12.50, with €0.50 from before",
    ],
    [
      "spend, carried out",
      "points",
      12,
      { ...spend, carried_out: 50 },
      "+12 punten: 1 per € 1,00 over € 12,50; € 0,50 telt de volgende keer mee",
      "+12 points: 1 per €1.00 on €12.50; €0.50 counts next time",
    ],
    [
      "spend, carried in below zero and out",
      "points",
      11,
      { ...spend, carried_in: -75, carried_out: 75 },
      "+11 punten: 1 per € 1,00 over € 12,50, met € -0,75 van eerder; € 0,75 telt de volgende keer mee",
      "+11 points: 1 per €1.00 on €12.50, with -€0.75 from before; €0.75 counts next time",
    ],
    ["a visit", "points", 5, { code: "earned_visit", give: 5 }, "+5 punten: 5 per bezoek", "+5 points: 5 per visit"],
    [
      "several items",
      "stamps:stc_coffee",
      2,
      { code: "earned_units", count: 2, give: 1 },
      "+2 stempels coffeekaart: 1 per stuk, 2 stuks",
      "+2 stamps coffee card: 1 each for 2 items",
    ],
    [
      "one item",
      "stamps:stc_coffee",
      1,
      { code: "earned_units", count: 1, give: 1 },
      "+1 stempel coffeekaart: 1 per stuk, 1 stuk",
      "+1 stamp coffee card: 1 each for 1 item",
    ],
    [
      "a return",
      "points",
      -5,
      { code: "returned", kept: { ...spend, eligible: 750 } },
      "−5 punten: retour; over blijft: 1 per € 1,00 over € 7,50",
      "−5 points: return; what remains: 1 per €1.00 on €7.50",
    ],
    [
      "a return of everything",
      "points",
      -12,
      { code: "returned", kept: { code: "nothing_eligible" } },
      "−12 punten: retour; over blijft: niets op deze bon telt mee",
      "−12 points: return; what remains: nothing on this receipt counts",
    ],
    [
      "a return below the minimum",
      "points",
      -12,
      { code: "returned", kept: { code: "below_minimum", minimum: 1000, eligible: 999 } },
      "−12 punten: retour; over blijft: € 9,99 is minder dan het minimum van € 10,00",
      "−12 points: return; what remains: €9.99 is below the minimum of €10.00",
    ],
    [
      "reserved",
      "points",
      -10,
      { code: "reserved", what },
      "−10 punten: gereserveerd voor Gratis koffie",
      "−10 points: reserved for Free coffee",
    ],
    [
      "released because it expired",
      "points",
      10,
      { code: "released", what, reason: "expired" },
      "+10 punten: Gratis koffie niet op tijd opgehaald",
      "+10 points: Free coffee was not collected in time",
    ],
    [
      "released because it was cancelled",
      "points",
      10,
      { code: "released", what, reason: "cancelled" },
      "+10 punten: Gratis koffie geannuleerd",
      "+10 points: Free coffee was cancelled",
    ],
    [
      "redeemed",
      "stamps:stc_coffee",
      -10,
      { code: "redeemed", what },
      "−10 stempels coffeekaart: verzilverd voor Gratis koffie",
      "−10 stamps coffee card: redeemed for Free coffee",
    ],
    [
      "restored",
      "points",
      10,
      { code: "restored", what },
      "+10 punten: terug, omdat de aankoop met Gratis koffie is geretourneerd",
      "+10 points: back, because the sale with Free coffee was returned",
    ],
    [
      "adjusted",
      "points",
      -3,
      { code: "adjusted" },
      "−3 punten: aangepast door een medewerker",
      "−3 points: adjusted by staff",
    ],
    ["an opening balance", "points", 80, { code: "opening" }, "+80 punten: beginsaldo", "+80 points: opening balance"],
    [
      "one stamp less",
      "stamps:stc_coffee",
      -1,
      { code: "adjusted" },
      "−1 stempel coffeekaart: aangepast door een medewerker",
      "−1 stamp coffee card: adjusted by staff",
    ],
    [
      "a unit that is not known any more",
      "miles",
      1,
      { code: "opening" },
      "+1 miles: beginsaldo",
      "+1 miles: opening balance",
    ],
    [
      "a text in one language alone",
      "points",
      -1,
      { code: "redeemed", what: { nl: "Taart" } },
      "−1 punten: verzilverd voor Taart",
      "−1 points: redeemed for Taart",
    ],
  ];
  test.each(table)("%s", (_title, unit, delta, why, nl, en) => {
    expect(explainEntry(reader("nl"), { unit, delta, why })).toBe(nl);
    expect(explainEntry(reader("en"), { unit, delta, why })).toBe(en);
  });
});

describe("an outcome that earned nothing", () => {
  const table: [title: string, fact: EarnFact, nl: string, en: string][] = [
    [
      "nothing counts",
      { code: "nothing_eligible" },
      "0 punten: niets op deze bon telt mee",
      "0 points: nothing on this receipt counts",
    ],
    [
      "one cent below the minimum",
      { code: "below_minimum", minimum: 500, eligible: 499 },
      "0 punten: € 4,99 is minder dan het minimum van € 5,00",
      "0 points: €4.99 is below the minimum of €5.00",
    ],
    [
      "only a fraction",
      { ...spend, eligible: 99, carried_out: 99 },
      "0 punten: 1 per € 1,00 over € 0,99; € 0,99 telt de volgende keer mee",
      "0 points: 1 per €1.00 on €0.99; €0.99 counts next time",
    ],
  ];
  test.each(table)("%s", (_title, fact, nl, en) => {
    expect(explainOutcome(reader("nl"), { unit: "points", amount: 0, fact })).toBe(nl);
    expect(explainOutcome(reader("en"), { unit: "points", amount: 0, fact })).toBe(en);
  });
});

describe("a warning", () => {
  const table: [warning: SaleWarning, nl: string, en: string][] = [
    [
      { code: "occurred_at_clamped" },
      "De tijd van de kassa ligt te ver van de onze; de tijd van ontvangst telt.",
      "The till's time is too far from ours; the time of receipt counts.",
    ],
    [
      { code: "foreign_currency", currency: "USD" },
      "Betaald in USD; dat telt niet mee voor het programma.",
      "Paid in USD; that earns nothing in this programme.",
    ],
    [
      { code: "total_differs", difference: -250 },
      "De regels tellen niet op tot het totaal; € -2,50 is als losse regel geboekt.",
      "The lines do not add up to the total; -€2.50 was booked as a line of its own.",
    ],
    [
      { code: "effect_not_in_basket", hold: 3 },
      "De beloning past op geen enkele regel van deze bon; ze is wel verzilverd.",
      "The reward fits no line of this receipt; it was redeemed all the same.",
    ],
  ];
  test.each(table)("$code", (warning, nl, en) => {
    expect(explainWarning(reader("nl"), warning)).toBe(nl);
    expect(explainWarning(reader("en"), warning)).toBe(en);
  });
});
