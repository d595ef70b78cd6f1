import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { DAY_MS, keyHash, newConfig, newProgram, newRegistry, NOW_MS, openRegistry, tablesOf } from "./support.ts";

test("a registry that no configuration has reached answers unknown_merchant and creates nothing", async () => {
  const registry = newRegistry();
  const { client } = registry;
  const unknown = { ok: false, error: { code: "unknown_merchant" } };
  const idem = { scope: "s", key: "k", requestHash: "h" };

  expect(await client.configVersion()).toBeNull();
  expect(await client.program(1)).toBeNull();
  expect(await client.resolve({ now_ms: NOW_MS })).toEqual(unknown);
  expect(await client.getMember("m0")).toEqual(unknown);
  expect(await client.getMembers(["m0"])).toEqual(unknown);
  expect(await client.listMembers({ limit: 10 })).toEqual(unknown);
  expect(await client.searchMembers({ query: "jan", limit: 10 })).toEqual(unknown);
  expect(await client.createMember({ account: "m0", idem, profile: null, identifiers: [], now_ms: NOW_MS })).toEqual(
    unknown,
  );
  expect(await client.eraseMember({ account: "m0", now_ms: NOW_MS })).toEqual(unknown);
  expect(await client.setClockOffset(1)).toEqual(unknown);
  expect(await tablesOf(registry)).toEqual([]);
});

test("a refused first configuration creates nothing either", async () => {
  const registry = newRegistry();
  const program = newProgram(1, NOW_MS);

  const answer = await registry.client.applyConfig(newConfig(registry.tenant, 1, [program]), [], NOW_MS);

  expect(answer).toEqual({ ok: false, error: { code: "program_missing", versions: [1] } });
  expect(await tablesOf(registry)).toEqual([]);
});

test("only a higher version is applied", async () => {
  const { client, tenant } = newRegistry();
  const program = newProgram(1, NOW_MS);
  const push = (version: number) => client.applyConfig(newConfig(tenant, version, [program]), [program], NOW_MS);

  expect(await push(3)).toEqual({ ok: true, value: { outcome: "applied", version: 3 } });
  expect(await push(3)).toEqual({ ok: true, value: { outcome: "same", version: 3 } });
  expect(await push(2)).toEqual({ ok: true, value: { outcome: "stale", version: 3 } });
  expect(await client.configVersion()).toBe(3);
  expect(await push(4)).toEqual({ ok: true, value: { outcome: "applied", version: 4 } });
});

test("a programme version never changes its text, its date, or its hash", async () => {
  const { client, tenant } = newRegistry();
  const first = newProgram(1, NOW_MS);
  await client.applyConfig(newConfig(tenant, 1, [first]), [first], NOW_MS);
  const conflict = { ok: false, error: { code: "program_conflict", version: 1 } };

  const otherText = newProgram(1, NOW_MS, "other");
  expect(await client.applyConfig(newConfig(tenant, 2, [otherText]), [otherText], NOW_MS)).toEqual(conflict);
  const otherDate = newProgram(1, NOW_MS + 1);
  expect(await client.applyConfig(newConfig(tenant, 2, [otherDate]), [], NOW_MS)).toEqual(conflict);
  const forged = { ...newProgram(2, NOW_MS), json: "{}" };
  expect(await client.applyConfig(newConfig(tenant, 2, [first, forged]), [forged], NOW_MS)).toEqual({
    ok: false,
    error: { code: "program_conflict", version: 2 },
  });

  expect(await client.configVersion()).toBe(1);
  expect(await client.program(1)).toEqual(first);
});

test("texts that the registry has need not be sent again, and old ones are kept for ever", async () => {
  const { client, tenant } = newRegistry();
  const [first, second] = [newProgram(1, NOW_MS - 900 * DAY_MS), newProgram(2, NOW_MS - 800 * DAY_MS)];
  await client.applyConfig(newConfig(tenant, 1, [first]), [first], NOW_MS);

  const answer = await client.applyConfig(newConfig(tenant, 2, [first, second]), [second], NOW_MS);

  expect(answer).toEqual({ ok: true, value: { outcome: "applied", version: 2 } });
  expect(await client.program(1)).toEqual(first);
  expect(await client.program(2)).toEqual(second);
  expect(await client.program(3)).toBeNull();
});

test("resolve sends configuration and programmes of the last 8 days, of now, and all that are scheduled", async () => {
  const { client, tenant } = newRegistry();
  const programs = [-30, -9, -8, -1, 1, 20].map((day, index) => newProgram(index + 1, NOW_MS + day * DAY_MS));
  const config = newConfig(tenant, 7, programs);
  await client.applyConfig(config, programs, NOW_MS);

  const answer = await client.resolve({ keyHash: keyHash("till"), now_ms: NOW_MS });

  expect(answer).toEqual({
    ok: true,
    value: {
      configVersion: 7,
      clock_offset_ms: 0,
      snapshot: { config, programs: programs.slice(2) },
      identifier: null,
    },
  });
  const justBefore = await client.resolve({ now_ms: NOW_MS - 1 });
  expect(justBefore.ok && justBefore.value.snapshot?.programs).toEqual(programs.slice(1));
});

test("resolve leaves out what the caller has", async () => {
  const { client } = await openRegistry();

  const known = await client.resolve({ configVersionKnown: 1, now_ms: NOW_MS });
  expect(known.ok && known.value).toEqual({ configVersion: 1, clock_offset_ms: 0, snapshot: null, identifier: null });
  const outdated = await client.resolve({ configVersionKnown: 0, now_ms: NOW_MS });
  expect(outdated.ok && outdated.value.snapshot).not.toBeNull();
});

test("an unknown key learns nothing about the merchant", async () => {
  const { client } = await openRegistry();

  const answer = await client.resolve({ keyHash: keyHash("invented"), now_ms: NOW_MS });

  expect(answer).toEqual({ ok: false, error: { code: "unknown_key" } });
});

test("the configuration survives eviction", async () => {
  const registry = await openRegistry();
  const before = await registry.client.resolve({ now_ms: NOW_MS });

  await evictDurableObject(registry.stub());

  expect(await registry.client.resolve({ now_ms: NOW_MS })).toEqual(before);
});

test("a command for another merchant's registry is a bug and changes nothing", async () => {
  const registry = await openRegistry();
  const other = newRegistry();

  const program = newProgram(1, NOW_MS);
  const config = newConfig(other.tenant, 9, [program]);

  await runInDurableObject(registry.stub(), (instance) => {
    expect(() => instance.configVersion({ to: other.to })).toThrow("a command for");
    expect(() => instance.applyConfig({ to: registry.to, config, programs: [program], now_ms: NOW_MS })).toThrow(
      "another merchant",
    );
  });
  expect(await registry.client.configVersion()).toBe(1);
});

test("the test clock exists in test mode only and moves the programme window", async () => {
  const live = await openRegistry("live");
  expect(await live.client.setClockOffset(DAY_MS)).toEqual({ ok: false, error: { code: "live_mode" } });

  const { client, tenant } = newRegistry("test");
  const programs = [newProgram(1, NOW_MS - DAY_MS), newProgram(2, NOW_MS + DAY_MS)];
  await client.applyConfig(newConfig(tenant, 1, programs), programs, NOW_MS);
  expect(await client.setClockOffset(10 * DAY_MS)).toEqual({ ok: true, value: { clock_offset_ms: 10 * DAY_MS } });
  await client.applyConfig(newConfig(tenant, 2, programs), [], NOW_MS);

  const answer = await client.resolve({ now_ms: NOW_MS });

  expect(answer.ok && answer.value.clock_offset_ms).toBe(10 * DAY_MS);
  expect(answer.ok && answer.value.snapshot?.programs).toEqual(programs.slice(1));
});
