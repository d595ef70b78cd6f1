import { describe, expect, test } from "vitest";
import { isLocator } from "../../../src/domain/tenancy/merchant.ts";
import { NO_USAGE } from "../../../src/domain/billing/state.ts";
import { createMerchant } from "../../../src/workers/services/merchant/create.ts";
import { getMerchant } from "../../../src/workers/services/merchant/get.ts";
import { updateMerchant } from "../../../src/workers/services/merchant/update.ts";
import { listStaff } from "../../../src/workers/services/staff/list.ts";
import {
  createWorld,
  fakePorts,
  openTenant,
  programJson,
  signup,
  signupContext,
  staffActor,
  START_MS,
  value,
} from "./harness.ts";

describe("signing up", () => {
  test("makes a merchant with a location, a till and an owner, known to both registries", async () => {
    const world = await createWorld({ program_json: programJson() });

    expect(world.merchant).toEqual({
      locator: world.locator,
      name: "Café Anker",
      legal_name: null,
      country: "NL",
      currency: "EUR",
      timezone: "Europe/Amsterdam",
      locale: "nl",
      jurisdiction: "eu",
      claims: true,
      strict_receipts: false,
      color: null,
      status: "active",
      goal: null,
      watch: null,
      template: null,
      created_at_ms: START_MS,
    });
    expect(isLocator(world.locator, signupContext(world.ports).locatorMac)).toBe(true);
    expect(value(await getMerchant({ ctx: world.ctx }))).toEqual(world.merchant);
    expect(value(await listStaff({ ctx: world.ctx, input: {} }))).toEqual([world.owner]);
    expect(world.owner).toMatchObject({ has_pin: false, roles: [{ location: world.location.id, role: "owner" }] });

    const config = world.ports.registry.config(world.locator);
    expect(config).toEqual({
      version: 1,
      mode: "live",
      merchant: {
        locator: world.locator,
        name: "Café Anker",
        currency: "EUR",
        country: "NL",
        timezone: "Europe/Amsterdam",
        locale: "nl",
        claims: true,
        strict_receipts: false,
        watch: null,
        color: null,
      },
      locations: [
        { id: world.location.id, name: "Haven", country: "NL", timezone: "Europe/Amsterdam", opening_hours: [] },
      ],
      staff: [],
      tills: [{ id: world.till.id, name: "Kassa 1", location: world.location.id }],
      keys: [],
      items: [],
      programs: [{ version: 1, effective_at_ms: START_MS, hash: world.program?.hash }],
      billing: expect.objectContaining({ usage: NO_USAGE }),
    });
    expect(world.ports.registry.config(world.locator, "test")).toEqual({ ...config, mode: "test", billing: null });
    expect(world.ports.registry.program(world.locator, 1)?.json).toBe(programJson());
  });

  test("takes another locator when the first is taken", async () => {
    const ports = fakePorts();
    const taken = { ...ports, random: (bytes: number) => new Uint8Array(bytes).fill(7) };
    const first = value(await createMerchant({ ctx: signupContext(taken), input: signup }));

    let calls = 0;
    const twice = { ...ports, random: (bytes: number) => new Uint8Array(bytes).fill((calls += 1) === 1 ? 7 : 200) };
    const second = value(await createMerchant({ ctx: signupContext(twice), input: signup }));

    expect(second.merchant.locator).not.toBe(first.merchant.locator);
    const [[kept]] = await openTenant(first.merchant.locator).batch([
      openTenant(first.merchant.locator).locations.counts(),
    ]);
    expect(kept).toEqual({ active: 1, total: 1 });
  });

  test("gives up when every locator is taken", async () => {
    const ports = fakePorts();
    const stuck = { ...ports, random: (bytes: number) => new Uint8Array(bytes).fill(9) };
    await createMerchant({ ctx: signupContext(stuck), input: signup });

    await expect(createMerchant({ ctx: signupContext(stuck), input: signup })).rejects.toThrow("free locator");
  });

  test("refuses what is not a merchant, naming every issue", async () => {
    const input = { ...signup, country: "EU", currency: "XQQ", timezone: "+01:00", name: "a\nb" };
    const refused = await createMerchant({ ctx: signupContext(fakePorts()), input });

    expect(refused).toMatchObject({
      ok: false,
      error: {
        code: "invalid_input",
        issues: [{ path: "name" }, { path: "country" }, { path: "currency" }, { path: "timezone" }],
      },
    });
  });

  test("refuses a programme in another currency, and makes nothing", async () => {
    const input = { ...signup, program_json: programJson("Card", "USD") };
    const refused = await createMerchant({ ctx: signupContext(fakePorts()), input });

    expect(refused).toEqual({
      ok: false,
      error: {
        code: "invalid_program",
        issues: [{ path: "currency", message: "must be the merchant's currency, EUR" }],
      },
    });
  });

  test("stands when no registry can be reached", async () => {
    const ports = fakePorts();
    ports.registry.down = ["live", "test"];
    const world = await createWorld({ ports });

    const [[row]] = await world.tenant.batch([world.tenant.merchant.get()]);
    expect(row).toMatchObject({ config_version: 1, config_pushed_version_live: 0, config_pushed_version_test: 0 });
    expect(ports.logged.map(({ event }) => event)).toEqual(["config_push_failed", "config_push_failed"]);
  });
});

describe("changing a merchant", () => {
  test("changes what was given and pushes it", async () => {
    const world = await createWorld();
    const changed = value(
      await updateMerchant({ ctx: world.ctx, input: { legal_name: "Anker BV", strict_receipts: true } }),
    );

    expect(changed).toEqual({ ...world.merchant, legal_name: "Anker BV", strict_receipts: true });
    expect(value(await getMerchant({ ctx: world.ctx }))).toEqual(changed);
    expect(world.ports.registry.config(world.locator, "test")).toMatchObject({
      version: 2,
      merchant: { strict_receipts: true },
    });
  });

  test("is the owner's business", async () => {
    const world = await createWorld();
    const manager = world.as(staffActor("manager", world.location.id));

    expect(await updateMerchant({ ctx: manager, input: { name: "Mine" } })).toEqual({
      ok: false,
      error: { code: "forbidden" },
    });
    expect(value(await getMerchant({ ctx: manager })).name).toBe("Café Anker");
    expect(await getMerchant({ ctx: world.as(staffActor("cashier", world.location.id)) })).toMatchObject({ ok: false });
  });

  test("is refused while the merchant is suspended", async () => {
    const world = await createWorld();
    await world.tenant.batch([world.tenant.merchant.update({ status: "suspended" })]);

    expect(await updateMerchant({ ctx: world.ctx, input: { name: "x" } })).toEqual({
      ok: false,
      error: { code: "merchant_inactive" },
    });
  });

  test("survives many at once: each counts, none is lost", async () => {
    const world = await createWorld();
    const outcomes = await Promise.all(
      ["a", "b", "c"].map((legal_name) => updateMerchant({ ctx: world.ctx, input: { legal_name } })),
    );

    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    const [[row]] = await world.tenant.batch([world.tenant.merchant.get()]);
    expect(row).toMatchObject({ config_version: 4, config_pushed_version_live: 4, config_pushed_version_test: 4 });
  });

  test("of one that does not exist is not found", async () => {
    const world = await createWorld();
    const nowhere = { ...world.ctx, tenant: openTenant("e0nobody") };

    expect(await updateMerchant({ ctx: nowhere, input: { name: "x" } })).toEqual({
      ok: false,
      error: { code: "not_found", what: "merchant" },
    });
  });
});
