import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { systemDb } from "../../../src/db/system-db.ts";
import type { MerchantConfig, ProgramText } from "../../../src/domain/tenancy/config.ts";
import { type Mode, MODES } from "../../../src/domain/tenancy/merchant.ts";
import { RegistryClient } from "../../../src/durable/merchant-registry/client.ts";
import type { CronContext } from "../../../src/workers/cron/context.ts";
import { REPAIR_PAGE, repairConfig } from "../../../src/workers/cron/repair-config.ts";
import { CRON, runScheduled } from "../../../src/workers/cron/run-scheduled.ts";
import { continueVerifyConfig, startVerifyConfig } from "../../../src/workers/cron/verify-config.ts";
import { pushConfig } from "../../../src/workers/services/config/push-config.ts";
import type { RegistryPort } from "../../../src/workers/services/config/registry-port.ts";
import { createKey } from "../../../src/workers/services/key/create.ts";
import { updateMerchant } from "../../../src/workers/services/merchant/update.ts";
import { publishProgram } from "../../../src/workers/services/program/publish.ts";
import {
  createWorld,
  db,
  fakePorts,
  type FakePorts,
  openTenant,
  programJson,
  START_MS,
  value,
  type World,
} from "./harness.ts";

// The jobs walk over all merchants, so each test begins with an empty table.
beforeEach(async () => {
  for (const table of ["api_key", "till", "staff_role", "staff", "location", "cron_cursor"]) {
    await env.DB.prepare(`DELETE FROM ${table}`).run();
  }
  await env.DB.prepare("UPDATE merchant SET status = 'closed'").run();
  await env.DB.prepare("DELETE FROM program_version").run();
  await env.DB.prepare("DELETE FROM billing").run();
  await env.DB.prepare("DELETE FROM billing_trial").run();
  await env.DB.prepare("DELETE FROM merchant").run();
});

function cron(ports: FakePorts): CronContext {
  return { system: systemDb(db), openTenant, ports };
}

function rename(world: World, name: string) {
  return updateMerchant({ ctx: world.ctx, input: { name } });
}

async function versions(world: World) {
  const [[row]] = await world.tenant.batch([world.tenant.merchant.get()]);
  return {
    config: row?.config_version,
    live: row?.config_pushed_version_live,
    test: row?.config_pushed_version_test,
  };
}

describe("a push that fails", () => {
  test("leaves the change standing and that mode behind, and the minutely job repairs it", async () => {
    const world = await createWorld();
    world.ports.registry.down = ["live"];
    value(await rename(world, "Nieuw"));
    expect(await versions(world)).toEqual({ config: 2, live: 1, test: 2 });
    expect(world.ports.registry.config(world.locator, "live").merchant.name).toBe("Café Anker");
    expect(world.ports.registry.config(world.locator, "test").merchant.name).toBe("Nieuw");

    expect(await repairConfig(cron(world.ports))).toEqual({ tried: 1, repaired: 0 });
    world.ports.registry.down = [];
    await runScheduled(CRON.minutely, cron(world.ports));
    expect(await versions(world)).toEqual({ config: 2, live: 2, test: 2 });
    expect(world.ports.registry.config(world.locator, "live").merchant.name).toBe("Nieuw");
    expect(await repairConfig(cron(world.ports))).toEqual({ tried: 0, repaired: 0 });
  });

  test("brings the programme texts later", async () => {
    const world = await createWorld({ program_json: programJson("one") });
    world.ports.registry.down = ["live"];
    value(await publishProgram({ ctx: world.ctx, input: { json: programJson("two") } }));
    value(await rename(world, "Nieuw"));
    world.ports.registry.down = [];

    expect(await repairConfig(cron(world.ports))).toEqual({ tried: 1, repaired: 1 });
    expect(world.ports.registry.program(world.locator, 2, "live")?.json).toBe(programJson("two"));
  });

  test("is not forgotten when the answer alone is lost", async () => {
    const world = await createWorld();
    const { registry } = world.ports;
    const mute: RegistryPort = {
      configVersion: (tenant) => registry.configVersion(tenant),
      keyUses: (tenant, keys) => registry.keyUses(tenant, keys),
      applyConfig: async (tenant, config, programs) => {
        await registry.applyConfig(tenant, config, programs);
        throw new Error("the answer was lost");
      },
    };
    const ctx = { ...world.ctx, ports: { ...world.ports, registry: mute } };
    value(await updateMerchant({ ctx, input: { name: "Nieuw" } }));
    expect(await versions(world)).toEqual({ config: 2, live: 1, test: 1 });

    expect(await repairConfig(cron(world.ports))).toEqual({ tried: 1, repaired: 1 });
    expect(await versions(world)).toEqual({ config: 2, live: 2, test: 2 });
  });

  test("says so in the log, without a secret", async () => {
    const world = await createWorld();
    world.ports.registry.down = [...MODES];
    const input = { till: world.till.id, mode: "live", scopes: ["sell"] } as const;
    const { secret } = value(await createKey({ ctx: world.ctx, input }));

    expect(world.ports.logged).toEqual(
      MODES.map((mode) => ({
        event: "config_push_failed",
        merchant: world.locator,
        mode,
        error: "the object cannot be reached",
      })),
    );
    expect(JSON.stringify(world.ports.logged)).not.toContain(secret);
  });
});

describe("an older push", () => {
  test("that overtakes a newer one changes nothing", async () => {
    const world = await createWorld();
    const { registry } = world.ports;
    const old = structuredClone(registry.config(world.locator));
    value(await rename(world, "Nieuw"));

    expect(await registry.applyConfig({ mode: "live", merchant: world.locator }, old, [])).toEqual({
      ok: true,
      value: { outcome: "stale", version: 2 },
    });
    expect(await pushConfig(world.tenant, world.ports)).toBe(true);
    expect(await versions(world)).toEqual({ config: 2, live: 2, test: 2 });
  });
});

describe("the minutely job", () => {
  test("goes on where it stopped, so that merchants that keep failing hold up nobody", async () => {
    const ports = fakePorts();
    const insert = (locator: string) =>
      openTenant(locator).merchant.insert({
        name: "x",
        country: "NL",
        currency: "EUR",
        timezone: "UTC",
        locale: "nl",
        jurisdiction: "eu",
        claims: true,
        strict_receipts: false,
        status: "active",
        pin_salt: "00",
        revision: 1,
        config_version: 1,
        config_pushed_version_live: 0,
        config_pushed_version_test: 0,
        created_at_ms: START_MS,
      });
    const locators = Array.from({ length: REPAIR_PAGE + 5 }, (_, index) => `e${String(index).padStart(7, "0")}`);
    const [first = "", ...rest] = locators;
    await openTenant(first).batch([insert(first), ...rest.map(insert)]);

    ports.registry.down = [...MODES];
    expect(await repairConfig(cron(ports))).toEqual({ tried: REPAIR_PAGE, repaired: 0 });
    ports.registry.down = [];
    expect(await repairConfig(cron(ports))).toEqual({ tried: 5, repaired: 5 });
    expect(await repairConfig(cron(ports))).toEqual({ tried: REPAIR_PAGE, repaired: REPAIR_PAGE });
    expect(await repairConfig(cron(ports))).toEqual({ tried: 0, repaired: 0 });
    // One more to come back to the start of the list.
    expect(await repairConfig(cron(ports))).toEqual({ tried: 0, repaired: 0 });
  });

  test("writes nothing when nothing is behind", async () => {
    const world = await createWorld();
    await repairConfig(cron(world.ports));
    const cursors = await env.DB.prepare("SELECT count(*) AS count FROM cron_cursor").first<{ count: number }>();
    expect(cursors?.count).toBe(0);
  });
});

describe("the nightly comparison", () => {
  async function compareAll(ports: FakePorts): Promise<number> {
    await runScheduled(CRON.nightly, cron(ports));
    const { checked } = await continueVerifyConfig(cron(ports));
    await repairConfig(cron(ports));
    return checked;
  }

  test("finds all well, touches nothing, and stops", async () => {
    const world = await createWorld();
    const before = await versions(world);
    expect(await compareAll(world.ports)).toBe(1);
    expect(await versions(world)).toEqual(before);
    expect(await continueVerifyConfig(cron(world.ports))).toEqual({ checked: 0 });
    expect(world.ports.logged).toEqual([]);
  });

  test("fills a registry that lost its configuration, texts included", async () => {
    const world = await createWorld({ program_json: programJson("one") });
    value(await rename(world, "Nieuw"));
    world.ports.registry.lose(world.locator, "test");

    await compareAll(world.ports);
    expect(world.ports.registry.config(world.locator, "test").version).toBe(2);
    expect(world.ports.registry.program(world.locator, 1, "test")?.json).toBe(programJson("one"));
    expect(await versions(world)).toEqual({ config: 2, live: 2, test: 2 });
    expect(world.ports.logged).toContainEqual({
      event: "config_registry_behind",
      merchant: world.locator,
      mode: "test",
      version: 0,
      expected: 2,
    });
  });

  test("overtakes registries when D1 was restored from a backup", async () => {
    const world = await createWorld();
    for (const name of ["a", "b", "c"]) value(await rename(world, name));
    await env.DB.prepare(
      "UPDATE merchant SET name = 'restored', config_version = 2, config_pushed_version_live = 2, config_pushed_version_test = 2",
    ).run();

    await compareAll(world.ports);
    expect(await versions(world)).toEqual({ config: 5, live: 5, test: 5 });
    for (const mode of MODES) {
      expect(world.ports.registry.config(world.locator, mode)).toMatchObject({
        version: 5,
        merchant: { name: "restored" },
      });
    }
  });

  test("is not stopped by a merchant that fails", async () => {
    const world = await createWorld();
    world.ports.registry.down = ["live"];
    expect(await compareAll(world.ports)).toBe(1);
    expect(world.ports.logged.map(({ event }) => event)).toContain("config_verify_failed");
  });

  test("does not begin again while it is under way", async () => {
    const world = await createWorld();
    await startVerifyConfig(cron(world.ports));
    await systemDb(db).batch([
      systemDb(db).setCursor({ job: "verify_config", after: "zzzzzzzz", open: true, updated_at_ms: 1 }),
    ]);
    await startVerifyConfig(cron(world.ports));
    expect(await continueVerifyConfig(cron(world.ports))).toEqual({ checked: 0 });
  });
});

test("a registry that lost its texts is sent all of them within the same push", async () => {
  const world = await createWorld({ program_json: programJson("one") });
  value(await publishProgram({ ctx: world.ctx, input: { json: programJson("two") } }));
  world.ports.registry.lose(world.locator, "live");
  value(await rename(world, "Nieuw"));

  expect(world.ports.registry.config(world.locator, "live").version).toBe(3);
  expect(world.ports.registry.program(world.locator, 1)?.json).toBe(programJson("one"));
  expect(await versions(world)).toEqual({ config: 3, live: 3, test: 3 });
});

test("an unknown cron expression is logged, not guessed at", async () => {
  const ports = fakePorts();
  await runScheduled("0 0 1 1 *", cron(ports));
  expect(ports.logged).toEqual([{ event: "cron_unknown", cron: "0 0 1 1 *" }]);
});

describe("the real registry", () => {
  const registry: RegistryPort = {
    applyConfig: (tenant, config: MerchantConfig, programs: readonly ProgramText[]) =>
      client(tenant.mode, tenant.merchant).applyConfig(config, programs, START_MS),
    configVersion: (tenant) => client(tenant.mode, tenant.merchant).configVersion(),
    keyUses: (tenant, keys) => client(tenant.mode, tenant.merchant).keyUses(keys),
  };

  function client(mode: Mode, merchant: string): RegistryClient {
    return new RegistryClient(env.MERCHANT_REGISTRY, { mode, merchant });
  }

  test("takes over what is pushed and serves a new key", async () => {
    const made = await createWorld({ program_json: programJson("one") });
    const ctx = { ...made.ctx, ports: { ...made.ports, registry } };
    const input = { till: made.till.id, mode: "test", scopes: ["sell"] } as const;
    const { key } = value(await createKey({ ctx, input }));

    expect(await versions(made)).toEqual({ config: 2, live: 2, test: 2 });
    const [[row]] = await made.tenant.batch([made.tenant.keys.get(key.id)]);
    const answer = await client("test", made.locator).resolve({ keyHash: row?.hash ?? "", now_ms: START_MS });
    expect(value(answer).snapshot).toMatchObject({
      config: { version: 2, keys: [{ id: key.id, till: made.till.id }] },
      programs: [{ version: 1, json: programJson("one") }],
    });
  });
});
