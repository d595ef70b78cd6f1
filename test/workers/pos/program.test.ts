import { expect, test } from "vitest";
import { publishProgram } from "../../../src/workers/services/program/publish.ts";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant } from "../../support/workerd/merchant.ts";

test("GET /v1/program tells a till the rules, the items and where it stands", async () => {
  const merchant = await createTestMerchant({
    items: [
      { sku: "FLAT", name: "Flat white", category: "coffee", price: 350, tax_rate: "9" },
      { sku: "GIFT", name: "Bon" },
    ],
  });
  const { till, otherTill, location, otherLocation } = merchant;
  const program = await till.must("GET", "/v1/program");

  expect(program).toEqual({
    object: "program",
    current: {
      object: "program_version",
      id: "1",
      version: 1,
      effective_at: expect.any(String),
      document: expect.objectContaining({ name: cafeProgram.name, rewards: cafeProgram.rewards, earn_on: "net_paid" }),
    },
    next: null,
    location: { id: location, name: "Dorpsstraat", country: "NL", timezone: "Europe/Amsterdam" },
    till: { id: till.id, name: "till" },
    currency: "EUR",
    items: [
      { sku: "FLAT", name: "Flat white", category: "coffee", price: 350, tax_rate: "9" },
      { sku: "GIFT", name: "Bon", category: null, price: null, tax_rate: null },
    ],
  });
  expect(await otherTill.must("GET", "/v1/program")).toMatchObject({ location: { id: otherLocation } });
});

test("the next version is told before it takes effect, and is the current one from then on", async () => {
  const merchant = await createTestMerchant();
  const { till, owner } = merchant;
  const json = JSON.stringify({ ...cafeProgram, name: "Nieuw" });
  const published = await publishProgram({ ctx: owner, input: { json } });
  merchant.forget();

  expect(published).toMatchObject({ ok: true });
  expect(await till.must("GET", "/v1/program")).toMatchObject({
    current: { version: 1 },
    next: { version: 2, document: { name: "Nieuw" } },
  });
  await merchant.wait(95_000);
  expect(await till.must("GET", "/v1/program")).toMatchObject({ current: { version: 2 }, next: null });
});
