import { describe, expect, test } from "vitest";
import { balances, createWorld, text } from "./routes.ts";
import { createTestMerchant } from "../../support/workerd/merchant.ts";

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

describe("PUT /v1/test_clock", () => {
  test("moves time on: a hold expires, and what is made then is dated then", async () => {
    const world = await createWorld();
    const { till, redemption } = world;
    const points = Number((await balances(world))["points"]);
    const moved = await till.must("PUT", "/v1/test_clock", { now: inMinutes(60) });

    expect(moved).toEqual({ object: "test_clock", now: expect.any(String) });
    expect(Math.abs(Date.parse(text(moved["now"])) - Date.parse(inMinutes(60)))).toBeLessThan(5_000);
    expect((await balances(world))["points"]).toBe(points + 20);
    expect(await till.must("GET", `/v1/redemptions/${redemption}`)).toMatchObject({ state: "expired" });
    const made = await till.must("POST", "/v1/members", {});
    expect(Date.parse(text(made["member"]?.["created_at"]))).toBeGreaterThan(Date.now() + 59 * 60_000);
    expect(Date.parse(text(made["cards"]?.[0]?.["created_at"]))).toBeGreaterThan(Date.now() + 59 * 60_000);
    const sold = await till.must("POST", "/v1/sales", {
      receipt: "1",
      member: { id: world.member },
      total: { amount: 100, currency: "EUR" },
    });
    expect(Date.parse(text(sold["sale"]?.["occurred_at"]))).toBeGreaterThan(Date.now() + 59 * 60_000);
  });

  test("never back, and not further than ten years", async () => {
    const { till } = await createTestMerchant();
    await till.must("PUT", "/v1/test_clock", { now: inMinutes(60) });

    for (const now of [
      inMinutes(30),
      inMinutes(-1),
      "1970-01-01T00:00:00Z",
      inMinutes(11 * 366 * 1440),
      "9999-12-31T23:59:59Z",
    ]) {
      expect((await till.call("PUT", "/v1/test_clock", { body: { now } })).body).toMatchObject({
        status: 422,
        code: "validation_failed",
        errors: [{ path: "now" }],
      });
    }
    for (const now of ["tomorrow", "2030-01-01", "2030-01-01T00:00:00", 1_900_000_000, null]) {
      expect((await till.call("PUT", "/v1/test_clock", { body: { now } })).body).toMatchObject({ status: 422 });
    }
    expect(await till.call("PUT", "/v1/test_clock", { body: { now: inMinutes(61) } })).toMatchObject({ status: 200 });
  });

  test("a live merchant has none", async () => {
    const { till } = await createTestMerchant({ mode: "live" });

    expect((await till.call("PUT", "/v1/test_clock", { body: { now: inMinutes(1) } })).body).toMatchObject({
      status: 409,
      code: "live_mode",
    });
  });
});
