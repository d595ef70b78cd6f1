import { describe, expect, test } from "vitest";
import type { ApiAnswer } from "../../support/workerd/merchant.ts";
import { createWorld, text, type World } from "./routes.ts";

function cardsOf({ till, member }: World): Promise<ApiAnswer["body"]> {
  return till.must("GET", `/v1/members/${member}`);
}

function sell({ till }: World, card: string, receipt: string): Promise<ApiAnswer> {
  return till.call("POST", "/v1/sales", {
    body: { receipt, member: { card }, total: { amount: 500, currency: "EUR" } },
  });
}

describe("POST /v1/members/{id}/cards", () => {
  test("links a plastic card, which then leads to the member; balance and id stay", async () => {
    const world = await createWorld();
    const { till, member } = world;
    const linked = await till.call("POST", `/v1/members/${member}/cards`, {
      body: { number: "4000-5000 6000".replace(" ", ""), metadata: { batch: "spring" } },
    });

    expect(linked).toMatchObject({ status: 201 });
    expect(linked.body).toEqual({
      card: {
        object: "card",
        id: expect.stringMatching(/^crd_m/),
        created_at: expect.any(String),
        kind: "plastic",
        state: "active",
        number: "400050006000",
        token: null,
        metadata: { batch: "spring" },
      },
      member,
    });
    expect((await sell(world, "4000 5000 6000", "plastic-1")).body["sale"]?.["member"]).toBe(member);
    expect((await cardsOf(world))["cards"]?.[2]).toEqual(linked.body["card"]);
  });

  test("replaces a lost card: the old one is refused, the new one has the balance", async () => {
    const world = await createWorld();
    const { till, member, token, plastic } = world;
    const digital = await till.must("POST", `/v1/members/${member}/cards`, { kind: "digital", replaces: token });
    const fresh = text(digital["card"]?.["token"]);
    await till.must("POST", `/v1/members/${member}/cards`, { number: "77776666", replaces: plastic });

    expect((await sell(world, token, "a")).body).toMatchObject({ status: 409, code: "card_blocked" });
    expect((await sell(world, plastic, "b")).body).toMatchObject({ status: 409, code: "card_blocked" });
    expect(await sell(world, fresh, "c")).toMatchObject({ status: 201 });
    expect(await sell(world, "77776666", "d")).toMatchObject({ status: 201 });
    const { cards, card_token } = await cardsOf(world);
    expect(card_token).toBe(fresh);
    expect(cards).toMatchObject([
      { kind: "digital", state: "blocked", token },
      { kind: "plastic", state: "blocked", number: plastic },
      { kind: "digital", state: "active", token: fresh },
      { kind: "plastic", state: "active", number: "77776666" },
    ]);
    const identified = await till.call("POST", "/v1/members/identify", { body: { member: { card: plastic } } });
    expect(identified.body).toMatchObject({ status: 409, code: "card_blocked" });
  });

  test("a number of somebody else is refused and issues no card", async () => {
    const world = await createWorld();
    const { till, member } = world;
    await till.must("POST", "/v1/members", { card: "55554444" });
    const before = await cardsOf(world);
    const refused = await till.call("POST", `/v1/members/${member}/cards`, { body: { number: "5555-4444" } });

    expect(refused.body).toMatchObject({ status: 409, code: "identifier_taken" });
    expect(await cardsOf(world)).toEqual(before);
  });

  test("only the member's own card can be replaced", async () => {
    const world = await createWorld();
    const { till, member } = world;
    const other = await till.must("POST", "/v1/members", { card: "33334444" });
    const before = await cardsOf(world);

    for (const replaces of [
      text(other["card_token"]),
      "33334444",
      text(other["cards"]?.[0]?.["id"]),
      "00009999",
      "crd_x",
    ]) {
      const body = { kind: "digital", replaces };
      expect((await till.call("POST", `/v1/members/${member}/cards`, { body })).body).toMatchObject({
        status: 404,
        code: "card_unknown",
      });
    }
    expect(await cardsOf(world)).toEqual(before);
  });

  test("a late retry does not take the number back from a newer card, and hears its own answer", async () => {
    const world = await createWorld();
    const { till, member } = world;
    const path = `/v1/members/${member}/cards`;
    const idem = crypto.randomUUID();
    const body = { number: "12121212" };
    const first = await till.call("POST", path, { idem, body });
    const newer = await till.must("POST", path, { number: "12121212", replaces: text(first.body["card"]?.["id"]) });
    const again = await till.call("POST", path, { idem, body });

    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await sell(world, "12121212", "newer")).toMatchObject({ status: 201 });
    const read = await cardsOf(world);
    expect(read["cards"]?.[3]).toMatchObject({ id: newer["card"]?.["id"], number: "12121212", state: "active" });
  });

  test("a member may have had a hundred cards", async () => {
    const { till, member } = await createWorld();
    const path = `/v1/members/${member}/cards`;
    for (let batch = 0; batch < 7; batch += 1) {
      await Promise.all(Array.from({ length: 14 }, () => till.must("POST", path, { kind: "digital" })));
    }
    const refused = await till.call("POST", path, { body: { number: "88887777" } });

    expect(refused.body).toMatchObject({ status: 409, code: "too_many_cards", detail: expect.stringContaining("100") });
    const lookup = await till.call("POST", "/v1/members/identify", { body: { member: { card: "88887777" } } });
    expect(lookup.body).toMatchObject({ status: 404, code: "card_unknown" });
  });
});

describe("POST /v1/cards/block", () => {
  test.each(["token", "card", "plastic"] as const)("by %s: refused from then on, the balance stays", async (way) => {
    const world = await createWorld();
    const { till, member } = world;
    const points = (await cardsOf(world))["wallet"];
    const blocked = await till.call("POST", "/v1/cards/block", {
      body: { card: world[way], reason: "stolen", metadata: { case: "7" } },
    });

    expect(blocked).toMatchObject({ status: 200 });
    expect(blocked.body).toMatchObject({ card: { object: "card", state: "blocked", metadata: { case: "7" } }, member });
    const shown = way === "token" ? world.token : world.plastic;
    for (const call of [
      ["/v1/sales", { receipt: "x", total: { amount: 100, currency: "EUR" } }],
      ["/v1/sales/preview", { receipt: "x", total: { amount: 100, currency: "EUR" } }],
      ["/v1/redemptions", { reward: "rew_two_euro" }],
      ["/v1/adjustments", { unit: "points", delta: 1, reason: "x" }],
      ["/v1/members/identify", {}],
    ] as const) {
      const answer = await till.call("POST", call[0], { body: { member: { card: shown }, ...call[1] } });
      expect(answer.body).toMatchObject({ status: 409, code: "card_blocked" });
    }
    const { wallet, cards } = await cardsOf(world);
    expect(wallet).toEqual(points);
    expect(cards?.[way === "token" ? 0 : 1]).toEqual(blocked.body["card"]);
  });

  test("twice is no harm; what was booked with the card before is still answered to its key", async () => {
    const world = await createWorld();
    const { till, token } = world;
    const idem = crypto.randomUUID();
    const body = { receipt: "before", member: { card: token }, total: { amount: 500, currency: "EUR" } };
    const sold = await till.call("POST", "/v1/sales", { idem, body });
    await till.must("POST", "/v1/cards/block", { card: token, reason: "lost" });
    await till.must("POST", "/v1/cards/block", { card: token, reason: "lost" });

    expect((await till.call("POST", "/v1/sales", { idem, body })).body).toEqual(sold.body);
    // The same receipt under a new key is the same sale too.
    const twin = await till.call("POST", "/v1/sales", { body });
    expect(twin.body).toEqual(sold.body);
    expect(twin.headers.get("idempotency-replayed")).toBe("true");
  });
});
