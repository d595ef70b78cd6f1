import { expect, test } from "vitest";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant } from "../../support/workerd/merchant.ts";
import { text } from "./routes.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });
const english = { "accept-language": "en" };
const DAY_MS = 86_400_000;

const schemes = {
  ...cafeProgram,
  tiers: {
    basis: "spend",
    window: { kind: "rolling", months: 2 },
    levels: [
      {
        id: "tir_gold",
        name: { nl: "Goud", en: "Gold" },
        from: 5000,
        multiplier_percent: 150,
        discount_percent: 10,
        perks: [{ kind: "free_shipping" }],
      },
    ],
  },
  promotions: [
    {
      id: "prm_cake",
      name: { nl: "Taartweek", en: "Cake week" },
      only: { skus: ["CAKE"] },
      per_member: 1,
      gives: { kind: "effect", effect: { kind: "amount_off", amount: 100 } },
    },
  ],
};

test("an offer is previewed, taken off, named and used up; a level rises, earns more and is lost in time", async () => {
  const merchant = await createTestMerchant({ program: schemes });
  const { till } = merchant;
  const member = { id: text((await till.must("POST", "/v1/members", { name: "Anna" }))["member"]?.["id"]) };
  const ask = async (path: string, body: object) =>
    (await till.call("POST", path, { body: { member, ...body }, headers: english })).body;
  const cake = (amount: number) => [{ id: "l1", sku: "CAKE", quantity: "1", amount }];

  const preview = await ask("/v1/sales/preview", { receipt: "1", total: eur(5100), lines: cake(5100) });
  expect(preview["offers"]).toEqual([
    {
      id: "prm_cake",
      name: "Cake week",
      discount: eur(100),
      lines: [{ line: "l1", discount: 100 }],
      free_line: null,
      applied: false,
    },
  ]);
  expect(preview["wallet"]?.["tier"]).toMatchObject({ level: { id: "tir_gold" } });

  const offers = [{ id: "prm_cake", discount: 100 }];
  const sold = await ask("/v1/sales", { receipt: "1", total: eur(5000), lines: cake(5000), offers });
  expect(sold["offers"]).toMatchObject([{ id: "prm_cake", applied: true }]);
  expect(sold["wallet"]).toMatchObject({
    tier: {
      basis: "spend",
      level: { id: "tir_gold", name: "Gold", discount_percent: 10, perks: [{ kind: "free_shipping" }] },
      counted: 5000,
      next: null,
    },
  });

  const second = await ask("/v1/sales", { receipt: "2", total: eur(1000), lines: cake(1000), offers });
  expect(second["warnings"]).toMatchObject([{ code: "offer_not_open" }]);
  expect(second["offers"]).toMatchObject([{ id: "tir_gold", discount: eur(100), applied: false }]);
  expect(second["explanation"]).toEqual(
    expect.arrayContaining([expect.stringMatching(/^\+15 points: 1 per €1\.00 on €10\.00 × 1\.5 \(Gold\)$/)]),
  );

  await merchant.wait(130 * DAY_MS);
  const later = await till.must("GET", `/v1/members/${member.id}`);
  expect(later["wallet"]).toMatchObject({ tier: { level: null, counted: 0, next: { id: "tir_gold", missing: 5000 } } });
});

test("a document that does not fit together is refused with its places", async () => {
  const tiers = { ...schemes.tiers, levels: [...schemes.tiers.levels, { ...schemes.tiers.levels[0], id: "tir_two" }] };
  const merchant = await createTestMerchant();
  await expect(merchant.changeProgram({ ...schemes, tiers })).rejects.toThrow("levels go from low to high");
});
