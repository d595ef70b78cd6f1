import { describe, expect, test } from "vitest";
import { balances, createWorld, listOf, text } from "./routes.ts";

describe("POST /v1/adjustments", () => {
  test("adds and takes, with a reason that stays", async () => {
    const world = await createWorld();
    const { till, member, phone } = world;
    const before = Number((await balances(world))["points"]);
    const added = await till.call("POST", "/v1/adjustments", {
      body: {
        member: { phone },
        unit: "points",
        delta: 25,
        reason: "Coffee was cold \u2615",
        staff: "c1",
        metadata: { ticket: "88" },
      },
      headers: { "accept-language": "en" },
    });

    expect(added).toMatchObject({ status: 201 });
    expect(added.body["adjustment"]).toEqual({
      object: "adjustment",
      id: expect.stringMatching(/^adj_m/),
      created_at: expect.any(String),
      member,
      kind: "correction",
      unit: "points",
      delta: 25,
      reason: "Coffee was cold \u2615",
      metadata: { ticket: "88" },
    });
    expect(listOf(added.body["entries"])).toMatchObject([
      { type: "adjusted", delta: 25, balance_after: before + 25, source: added.body["adjustment"]?.["id"] },
    ]);
    const taken = await till.must("POST", "/v1/adjustments", {
      member: { id: member },
      unit: "points",
      delta: -(before + 25),
      reason: "all of it",
    });
    expect(taken["wallet"]?.["balances"]?.[0]).toMatchObject({ available: 0 });
    expect((await balances(world))["points"]).toBe(0);
  });

  test("an opening balance is said to be one", async () => {
    const { till, member } = await createWorld();
    const opened = await till.must("POST", "/v1/adjustments", {
      member: { id: member },
      unit: "stamps:stc_coffee",
      delta: 7,
      kind: "opening",
      reason: "paper card",
    });

    expect(opened["adjustment"]).toMatchObject({ kind: "opening" });
    expect(listOf(opened["entries"])).toMatchObject([{ type: "opening", unit: "stamps:stc_coffee", delta: 7 }]);
  });

  test("never below zero, and never what is held", async () => {
    const world = await createWorld();
    const before = Number((await balances(world))["points"]);
    const refused = await world.till.call("POST", "/v1/adjustments", {
      body: { member: { id: world.member }, unit: "points", delta: -before - 1, reason: "x" },
    });

    expect(refused.body).toMatchObject({ status: 409, code: "insufficient_balance" });
    expect((await balances(world))["points"]).toBe(before);
  });

  test("a unit that the programme does not have", async () => {
    const world = await createWorld();
    const refused = await world.till.call("POST", "/v1/adjustments", {
      body: { member: { id: world.member }, unit: "stamps:stc_none", delta: 1, reason: "x" },
    });

    expect(refused.body).toMatchObject({ status: 422, code: "unit_unknown" });
    expect(text(refused.body["detail"])).toContain("stamps:stc_none");
  });
});
