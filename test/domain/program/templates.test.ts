import { describe, expect, test } from "vitest";
import { parseProgramDocument } from "../../../src/domain/program/document.ts";
import {
  EXCLUSIONS,
  GOALS,
  listTemplates,
  makeFromTemplate,
  starterItems,
  TEMPLATE_IDS,
} from "../../../src/domain/program/templates.ts";

const facts = { name: "Café De Hoek", currency: "EUR", timezone: "Europe/Amsterdam", locale: "nl" } as const;

describe.each(TEMPLATE_IDS)("the template %s", (id) => {
  test.each(["EUR", "JPY", "KWD"])("makes a valid programme in %s", (currency) => {
    const { document } = makeFromTemplate(id, { ...facts, currency });
    expect(parseProgramDocument(document)).toMatchObject({ ok: true });
  });

  test("leaves out what may not be rewarded", () => {
    const { document } = makeFromTemplate(id, facts);
    expect(document["exclude"]).toEqual({ categories: EXCLUSIONS.map(({ category }) => category) });
  });

  test("takes nothing but the facts it asks for", () => {
    const { document } = makeFromTemplate(id, Object.assign({}, facts, { goal: "more_visits" }));
    expect(document).not.toHaveProperty("goal");
  });

  test("has names in both languages for what it puts on the till", () => {
    for (const locale of ["nl", "en"] as const) {
      for (const item of starterItems(id, locale)) expect(item.name.length).toBeGreaterThan(1);
    }
  });
});

test("says what a template lacks exactly while the programme cannot say it", () => {
  const { document, missing } = makeFromTemplate("salon-tiers", facts);
  expect("tiers" in document).toBe(!missing.includes("tiers"));
});

test("points in another currency are worth as much", () => {
  const { document } = makeFromTemplate("points-per-euro", { ...facts, currency: "JPY" });
  expect(document["earning"]).toEqual([{ id: "ear_spend", kind: "spend", give: 1, per: 1 }]);
});

test("every goal has a template", () => {
  for (const goal of GOALS) expect(listTemplates().some((template) => template.goals.includes(goal))).toBe(true);
});
