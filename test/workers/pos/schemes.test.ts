import { expect, test } from "vitest";
import { localDate } from "../../../src/domain/time/local-date.ts";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant, type Json } from "../../support/workerd/merchant.ts";
import { join, newOnce, open, tokenIn } from "../card/support.ts";
import { listOf, text } from "./routes.ts";

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

test("a challenge is previewed, completed by a sale, taken back by a return, told on the card and brought along", async () => {
  const challenges = [
    {
      id: "chl_two",
      name: { nl: "Twee keer langs", en: "Come twice" },
      counts: { kind: "visits" },
      goal: 2,
      window: { kind: "days", days: 30 },
      gives: { kind: "reward", reward: "rew_mug", valid_for: { days: 14 } },
    },
  ];
  const merchant = await createTestMerchant({ program: { ...cafeProgram, challenges } });
  const { till } = merchant;
  const made = await till.must("POST", "/v1/members", { name: "Anna" });
  const member = { id: text(made["member"]?.["id"]) };
  expect(made["wallet"]?.["challenges"]).toMatchObject([{ id: "chl_two", progress: 0, goal: 2, ends_on: null }]);
  const sell = async (path: string, receipt: string) =>
    (await till.call("POST", path, { body: { member, receipt, total: eur(500) }, headers: english })).body;

  expect((await sell("/v1/sales", "1"))["explanation"]).toContain("Come twice: 1 of 2 visits");
  const preview = await sell("/v1/sales/preview", "2");
  const before = await till.must("POST", "/v1/members/identify", { member });
  expect(before["wallet"]?.["challenges"]).toMatchObject([{ progress: 1 }]);
  expect(before["issued_rewards"]).toEqual([]);

  const sold = await sell("/v1/sales", "2");
  for (const answer of [preview, sold]) {
    expect(answer["explanation"]).toContain("Come twice: reached");
    expect(answer["issued_rewards"]).toMatchObject([{ reward: "rew_mug", origin: "challenge" }]);
    expect(answer["wallet"]?.["challenges"]).toMatchObject([{ progress: 2, completed_at: expect.any(String) }]);
  }
  const { words: page } = await open(`/c/${text(made["card_token"])}`);
  expect(page).not.toContain("Twee keer langs");

  const back = await till.must("POST", "/v1/returns", { return_id: "1", sale: { id: text(sold["sale"]?.["id"]) } });
  expect(back["wallet"]?.["challenges"]).toMatchObject([{ progress: 1 }]);
  const after = await till.must("POST", "/v1/members/identify", { member });
  expect(after["issued_rewards"]).toEqual([]);
  expect((await open(`/c/${text(made["card_token"])}`)).words).toContain("nog 1 bezoek");

  const other = await till.must("POST", "/v1/members", { name: "Anna" });
  const into = { id: text(other["member"]?.["id"]) };
  const shown = await till.must("POST", `/v1/members/${into.id}/merge/preview`, { from: member });
  const merged = await till.must("POST", `/v1/members/${into.id}/merge`, { from: member, token: shown["token"] });
  expect(merged["wallet"]?.["challenges"]).toMatchObject([{ progress: 1 }]);
});

/** Month and day of a day from now, where the programme is. */
function dayFromNow(days: number): string {
  return localDate(Date.now() + days * DAY_MS, "Europe/Amsterdam").slice("YYYY-".length);
}

const birthdays = {
  ...cafeProgram,
  dated_gifts: [
    {
      id: "gif_birthday",
      name: { nl: "Verjaardag", en: "Birthday" },
      on: { kind: "birthday" },
      days_after: 3,
      gives: { kind: "reward", reward: "rew_mug", valid_for: { days: 14 } },
    },
  ],
};

test("a birthday gift shows, is redeemed at once, and comes again in a year and not when the birthday moves", async () => {
  const merchant = await createTestMerchant({ program: birthdays });
  const { till } = merchant;
  const made = await till.must("POST", "/v1/members", { name: "Anna", birthday: dayFromNow(0) });
  const member = { id: text(made["member"]?.["id"]) };
  const gifts = async () => listOf((await till.must("POST", "/v1/members/identify", { member }))["issued_rewards"]);

  const [gift] = await gifts();
  expect(gift).toMatchObject({ reward: "rew_mug", origin: "dated" });
  const held = await till.must("POST", "/v1/redemptions", { member, issued_reward: text(gift?.["id"]) });
  const redemption = text(held["redemption"]?.["id"]);
  expect(held["explanation"]).toContain("Cadeau (Verjaardag): mok");
  await till.must("POST", "/v1/sales", { member, receipt: "1", total: eur(500), redemptions: [redemption] });
  expect(await gifts()).toEqual([]);

  await till.must("PATCH", `/v1/members/${member.id}`, { birthday: dayFromNow(20) });
  await merchant.wait(21 * DAY_MS);
  expect(await gifts()).toEqual([]);
  await merchant.wait(365 * DAY_MS);
  expect(await gifts()).toMatchObject([{ origin: "dated" }]);
});

test("a member who told a birthday before it was celebrated, by card alone, has the gift once a till has read them", async () => {
  const merchant = await createTestMerchant();
  const { till } = merchant;
  const made = await till.must("POST", "/v1/members", { name: "Bram", birthday: dayFromNow(0) });
  const member = { id: text(made["member"]?.["id"]) };
  await merchant.changeProgram(birthdays);
  const sell = async (receipt: string) =>
    listOf((await till.must("POST", "/v1/sales", { member, receipt, total: eur(500) }))["issued_rewards"]);

  expect(await sell("1")).toEqual([]);
  await till.must("POST", "/v1/members/identify", { member });
  expect(await sell("2")).toMatchObject([{ reward: "rew_mug", origin: "dated" }]);
  await till.must("PATCH", `/v1/members/${member.id}`, { birthday: null });
  expect(await sell("3")).toHaveLength(1);
});

const welcoming = {
  ...cafeProgram,
  actions: [
    { id: "act_welcome", kind: "sign_up", name: { nl: "welkom", en: "welcome" }, give: 10, automatic: true },
    { id: "act_profile", kind: "profile", name: { nl: "profiel", en: "profile" }, give: 7, automatic: true },
  ],
};
const pointsOf = (answer: Json) => listOf(answer["wallet"]?.["balances"])[0]?.["available"];

test("signing up and a complete profile are given by themselves, once, however often they are sent", async () => {
  const { till } = await createTestMerchant({ program: welcoming });
  const body = { name: "Anna", phone: "06 12345678" };
  const made = await till.call("POST", "/v1/members", { body, idem: "new" });
  expect(pointsOf(made.body)).toBe(10);
  const id = text(made.body["member"]?.["id"]);
  const points = async () => pointsOf(await till.must("GET", `/v1/members/${id}`));

  const again = await till.call("POST", "/v1/members", { body, idem: "new" });
  expect(again.body).toEqual(made.body);
  const asked = { member: { id }, action: "act_welcome" };
  expect(await till.call("POST", "/v1/actions", { body: asked })).toMatchObject({
    status: 409,
    body: { code: "action_already_given" },
  });
  expect(await points()).toBe(10);

  await till.must("PATCH", `/v1/members/${id}`, { name: "Anna de Vries" });
  expect(await points()).toBe(10);
  for (const birthday of ["03-14", "03-15", "03-14"]) await till.must("PATCH", `/v1/members/${id}`, { birthday });
  expect(await points()).toBe(17);
  const entries = listOf((await till.must("GET", `/v1/members/${id}/entries?order=asc`))["data"]);
  expect(entries.map((entry) => entry["explanation"])).toEqual(["+10 punten: welkom", "+7 punten: profiel"]);
});

test("a member who tells everything at once has both; one who is brought over has neither, unless it is asked for", async () => {
  const merchant = await createTestMerchant({ program: welcoming });
  const full = { name: "Anna", phone: "06 12345678", birthday: "03-14" };
  expect(pointsOf(await merchant.till.must("POST", "/v1/members", full))).toBe(17);
  const importing = await merchant.newKey({ scopes: ["members", "backfill"] });
  const brought = { ...full, phone: "06 12345679" };
  expect(pointsOf(await importing.must("POST", "/v1/members", brought))).toBe(0);
  const asked = { ...full, phone: "06 12345670", sign_up: true };
  expect(pointsOf(await importing.must("POST", "/v1/members", asked))).toBe(17);
});

test("a card taken on the join page has what signing up gives, and sending the form twice gives it once", async () => {
  const merchant = await createTestMerchant({ mode: "live", program: welcoming });
  const { locator } = merchant;
  const once = newOnce();
  const [first, second] = [
    await join(locator, { how: "instant", once }),
    await join(locator, { how: "instant", once }),
  ];
  expect(tokenIn(first)).toBe(tokenIn(second));
  const { words } = await open(`/c/${tokenIn(first)}`);
  expect(words).toContain("10 punten");
  expect(words).toContain("Welkom");
});
