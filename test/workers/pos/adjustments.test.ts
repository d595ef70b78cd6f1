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

describe("a customer with a paper card and no wish to register yet", () => {
  const EUR = (amount: number) => ({ amount, currency: "EUR" });

  test("has an anonymous card, hands the paper in, earns, registers later, and keeps everything", async () => {
    const { till } = await createWorld();
    const made = await till.must("POST", "/v1/members", { card: "0001000000998877" });
    const member = text(made["member"]?.["id"]);
    expect(made["member"]).toMatchObject({ name: null, phone: null });
    const paper = { member: { card: "0001000000998877" }, stamp_card: "stc_coffee", stamps: 6, reason: "handed in" };
    const taken = await till.call("POST", "/v1/paper-cards", { body: { ...paper, staff: "c07" } });
    expect(taken.body["adjustment"]).toMatchObject({ kind: "opening", unit: "stamps:stc_coffee", delta: 6 });
    expect(listOf(taken.body["entries"])).toMatchObject([{ type: "opening", delta: 6 }]);
    const again = await till.call("POST", "/v1/paper-cards", { body: { ...paper, member: { id: member } } });
    expect(again.body).toMatchObject({ status: 409, code: "paper_card_taken" });
    await till.must("POST", "/v1/sales", { receipt: "P-1", member: { card: "0001000000998877" }, total: EUR(1200) });

    const consents = [{ purpose: "marketing_email", granted: true, text: "Mail me (v1)" }];
    const email = `anna.${crypto.randomUUID()}@example.com`;
    const registered = { name: "Anna", email, phone: "0698989898", consents };
    expect(await till.call("PATCH", `/v1/members/${member}`, { body: registered })).toMatchObject({ status: 200 });
    const found = await till.must("POST", "/v1/members/identify", { member: { phone: "0698989898" } });
    expect(found["member"]).toMatchObject({ id: member, name: "Anna", email });
    expect(await balances({ till, member })).toMatchObject({ points: 12, "stamps:stc_coffee": 6 });
  });

  test("whose phone number is another member's is offered a merge, which keeps both balances and one paper card", async () => {
    const { till, phone, member: known } = await createWorld();
    const before = Number((await balances({ till, member: known }))["points"]);
    const member = text((await till.must("POST", "/v1/members", {}))["member"]?.["id"]);
    await till.must("POST", "/v1/sales", { receipt: "P-2", member: { id: member }, total: EUR(500) });
    const paper = { stamp_card: "stc_coffee", stamps: 3, reason: "handed in" };
    await till.must("POST", "/v1/paper-cards", { ...paper, member: { id: member } });
    const clash = await till.call("PATCH", `/v1/members/${member}`, { body: { phone } });
    expect(clash.body).toMatchObject({ code: "identifier_taken" });
    const shown = await till.must("POST", `/v1/members/${known}/merge/preview`, { from: { id: member } });
    await till.must("POST", `/v1/members/${known}/merge`, { from: { id: member }, token: shown["token"] });
    expect(await balances({ till, member: known })).toMatchObject({ points: before + 5 });
    const second = await till.call("POST", "/v1/paper-cards", { body: { ...paper, member: { phone } } });
    expect(second.body).toMatchObject({ code: "paper_card_taken" });
  });
});
