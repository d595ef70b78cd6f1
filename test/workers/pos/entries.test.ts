import { beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../../support/workerd/merchant.ts";
import { createWorld, listOf, text, type World } from "./routes.ts";

let world: World;
let everything: Json[];

/** Nine sales of up to three entries each, a return and a redemption, read in one order. */
beforeAll(async () => {
  world = await createWorld();
  const { till, member, redemption } = world;
  for (let index = 0; index < 9; index += 1) {
    await till.must("POST", "/v1/sales", {
      receipt: `E-${index}`,
      member: { id: member },
      total: { amount: 100 + index, currency: "EUR" },
      lines: [{ category: index % 2 === 0 ? "coffee" : "tea", quantity: "1", amount: 100 + index }],
    });
  }
  await till.must("POST", "/v1/returns", { return_id: "1", sale: { receipt: "E-3" }, member: { id: member } });
  await till.must("POST", `/v1/redemptions/${redemption}/capture`);
  everything = await pages("order=asc&limit=100");
});

async function pages(query: string): Promise<Json[]> {
  const found: Json[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await world.till.must("GET", `/v1/members/${world.member}/entries?${query}${more}`);
    found.push(...listOf(page["data"]));
    const next: unknown = page["next_cursor"];
    cursor = typeof next === "string" ? next : null;
  } while (cursor !== null);
  return found;
}

describe("GET /v1/members/{id}/entries", () => {
  test("the last balance of every unit and bucket is the wallet's, and deltas add up to it", async () => {
    const { wallet } = await world.till.must("GET", `/v1/members/${world.member}`);
    for (const balance of listOf(wallet?.["balances"])) {
      for (const bucket of ["available", "held"]) {
        const own = everything.filter(
          (entry) => text(entry["unit"]) === text(balance["unit"]) && text(entry["bucket"]) === bucket,
        );
        const sum = own.reduce((total, entry) => total + Number(entry["delta"]), 0);
        expect(sum).toBe(balance[bucket]);
        expect(own.at(-1)?.["balance_after"] ?? 0).toBe(balance[bucket]);
      }
    }
  });

  test.each([2, 3, 10])("pages of %i give every entry once, in both orders", async (limit) => {
    expect(await pages(`limit=${limit}&order=asc`)).toEqual(everything);
    expect(await pages(`limit=${limit}`)).toEqual(everything.toReversed());
  });

  test("ids are unique; every entry names what it belongs to and explains itself", () => {
    expect(new Set(everything.map((entry) => text(entry["id"]))).size).toBe(everything.length);
    expect(everything.every((entry) => text(entry["explanation"]).length > 5)).toBe(true);
    const prefixes = new Set(everything.map((entry) => text(entry["source"]).slice(0, 4)));
    expect([...prefixes].sort()).toEqual(["adj_", "red_", "ret_", "sal_"]);
  });

  test("a page stays the same while entries are added", async () => {
    const { till, member } = world;
    const first = await till.must("GET", `/v1/members/${member}/entries?limit=5`);
    const path = `/v1/members/${member}/entries?limit=5&cursor=${text(first["next_cursor"])}`;
    const before = await till.must("GET", path);
    await till.must("POST", "/v1/adjustments", { member: { id: member }, unit: "points", delta: 1, reason: "x" });

    expect(await till.must("GET", path)).toEqual(before);
  });

  test("a new member has none", async () => {
    const made = await world.till.must("POST", "/v1/members", {});

    expect(await world.till.must("GET", `/v1/members/${text(made["member"]?.["id"])}/entries`)).toEqual({
      data: [],
      next_cursor: null,
    });
  });

  test.each([
    "",
    "x",
    "MQ",
    "MS4yLjM",
    "LTEuMA",
    "MS4x=",
    "MWUzLjA",
    "MC4w.",
    "OTk5OTk5OTk5OTk5OTk5OTk5OTkuMA",
    "é",
    "a".repeat(501),
  ])("the cursor %j was never given out", async (cursor) => {
    const answer = await world.till.call(
      "GET",
      `/v1/members/${world.member}/entries?cursor=${encodeURIComponent(cursor)}`,
    );

    expect(answer.body).toMatchObject({ status: 422, code: "validation_failed", errors: [{ path: "cursor" }] });
    expect(text(answer.body["detail"])).toContain("cursor");
  });
});
