import { describe, expect, test } from "vitest";
import { describeProgram } from "../../../src/domain/program/describe.ts";
import { makeFromTemplate, TEMPLATE_IDS } from "../../../src/domain/program/templates.ts";
import { parseProgramDocument } from "../../../src/domain/program/document.ts";
import type { Locale } from "../../../src/domain/tenancy/config.ts";
import {
  categoryRule,
  itemRule,
  program,
  type ProgramInput,
  reward,
  spendRule,
  stampCard,
  visitRule,
} from "../support/program.ts";

const describeIn = (locale: Locale, changes: Partial<ProgramInput>) =>
  describeProgram(program(changes).document, locale);

describe("a programme in words", () => {
  test("points for spending, with rewards from the cheapest", () => {
    const changes = {
      rewards: [
        reward({ cost: { unit: "points", amount: 50 } }),
        reward({ id: "rew_tea", name: { nl: "Thee", en: "Tea" } }),
      ],
    };

    expect(describeIn("nl", changes).sentences).toEqual([
      "Je spaart punten (1 per € 1,00).",
      "Daarvoor krijg je thee (10 punten) of gratis koffie (50 punten).",
    ]);
    expect(describeIn("en", changes).sentences).toEqual([
      "You collect points (1 for every €1.00).",
      "They get you tea (10 points) or free coffee (50 points).",
    ]);
  });

  test("a stamp card goes first", () => {
    const { card, full } = stampCard("koffie", visitRule());
    const changes = { stamp_cards: [card], rewards: [reward({ id: "rew_x" }), full] };

    expect(describeIn("nl", changes)).toEqual({
      sentences: [
        "Je spaart stempels op je koffiekaart (1 per bezoek) en punten (1 per € 1,00).",
        "Daarvoor krijg je gratis koffie (10 stempels) of gratis koffie (10 punten).",
      ],
      complete: true,
    });
  });

  test("what levels pay, and for whom a reward is", () => {
    const level = (id: string, en: string, from: number) => ({ id, name: { en }, from });
    const tiers = {
      basis: "visits" as const,
      window: { kind: "calendar_year" as const },
      levels: [level("tir_silver", "Silver", 5), level("tir_gold", "Gold", 20)],
    };
    const cheaper = { tier_prices: [{ tier: "tir_gold", amount: 8 }], tiers: ["tir_silver", "tir_gold"] };
    const changes = { tiers, rewards: [reward(cheaper)] };

    expect(describeIn("en", changes).sentences[1]).toBe(
      "They get you free coffee (10 points, 8 for Gold, only for Silver and Gold).",
    );
    expect(describeIn("nl", changes).sentences[1]).toBe(
      "Daarvoor krijg je gratis koffie (10 punten, 8 voor Gold, alleen voor Silver en Gold).",
    );
  });

  test("points that pay", () => {
    const changes = { pay_with_points: { points: 100, amount: 500 } };

    expect(describeIn("nl", changes).sentences[1]).toBe("Je betaalt ermee aan de kassa: 100 is € 5,00 waard.");
    expect(describeIn("en", changes).sentences[1]).toBe("They pay at the till: 100 are worth €5.00.");
  });

  test("challenges come besides, three at most", () => {
    const named = (id: string) => ({
      id: `chl_${id}`,
      name: { nl: `Vijf bezoeken ${id}`, en: `Five visits ${id}` },
      counts: { kind: "visits" as const },
      goal: 5,
      gives: { kind: "units" as const, give: 50 },
    });

    expect(describeIn("nl", { challenges: [named("a"), named("b")] }).sentences[1]).toBe(
      "Daarnaast: vijf bezoeken a en vijf bezoeken b.",
    );
    expect(describeIn("en", { challenges: [named("a")] }).sentences[1]).toBe("Besides: five visits a.");
    expect(describeIn("en", { challenges: ["a", "b", "c", "d"].map(named) }).complete).toBe(false);
  });

  test("items and categories are not named by their codes", () => {
    const { sentences } = describeIn("nl", { earning: [itemRule(), categoryRule()] });

    expect(sentences[0]).toBe("Je spaart punten (1 per product dat meetelt).");
  });

  test("says that it left something out", () => {
    const many = ["a", "b", "c", "d"].map((id) => reward({ id: `rew_${id}` }));

    expect(describeIn("nl", { rewards: many }).complete).toBe(false);
    expect(describeIn("nl", { rewards: many.slice(1) }).complete).toBe(true);
    const earning = [spendRule(), visitRule(), itemRule()];
    expect(describeIn("nl", { earning }).complete).toBe(false);
  });

  test("a programme that gives nothing has nothing to say", () => {
    expect(describeIn("nl", { units: {}, earning: [] })).toEqual({ sentences: [], complete: true });
  });

  test("names that are all capitals keep them", () => {
    const changes = { rewards: [reward({ name: { nl: "XL koffie" } })] };

    expect(describeIn("nl", changes).sentences[1]).toBe("Daarvoor krijg je XL koffie (10 punten).");
  });
});

describe.each(TEMPLATE_IDS)("the template %s", (id) => {
  test.each<Locale>(["nl", "en"])("takes at most two sentences in %s", (locale) => {
    const facts = { name: "x", currency: "EUR", timezone: "Europe/Amsterdam", locale };
    const parsed = parseProgramDocument(makeFromTemplate(id, facts).document);
    if (!parsed.ok) throw new Error("the template does not parse");
    const { sentences, complete } = describeProgram(parsed.value, locale);

    expect([1, 2]).toContain(sentences.length);
    expect(complete).toBe(true);
  });
});
