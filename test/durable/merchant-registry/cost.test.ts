import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import {
  addMember,
  countRowsWritten,
  keyHash,
  newAccount,
  newConfig,
  newConsent,
  newIdem,
  newProfile,
  newProgram,
  NOW_MS,
  openRegistry,
  TILL_KEY,
} from "./support.ts";

// Rows written are the bill. A higher number here is a price rise: change it knowingly.

test("creating a member with phone and e-mail writes 7 rows", async () => {
  const registry = await openRegistry();
  const command = {
    to: registry.to,
    account: newAccount(),
    idem: newIdem(),
    profile: newProfile({ name: "Zoë", phone: "+31612345678", email: "zoe@example.nl" }),
    identifiers: [],
    now_ms: NOW_MS,
  };

  // Member 2 (row and account index), each identifier 2 (row and account index), idempotency 1.
  expect(await countRowsWritten(registry, (instance) => instance.createMember(command))).toBe(7);
  expect(await countRowsWritten(registry, (instance) => instance.createMember(command))).toBe(0);
});

test("an anonymous member writes 3 rows, each consent one more", async () => {
  const registry = await openRegistry();
  const command = { to: registry.to, identifiers: [], now_ms: NOW_MS };
  const anonymous = { ...command, account: newAccount(), idem: newIdem(), profile: null };
  const consenting = {
    ...command,
    account: newAccount(),
    idem: newIdem(),
    profile: newProfile({ consents: [newConsent(), newConsent()] }),
  };

  expect(await countRowsWritten(registry, (instance) => instance.createMember(anonymous))).toBe(3);
  expect(await countRowsWritten(registry, (instance) => instance.createMember(consenting))).toBe(5);
});

test("refusals write nothing", async () => {
  const registry = await openRegistry();
  await addMember(registry, { phone: "+31612345678" });
  const command = {
    to: registry.to,
    account: newAccount(),
    idem: newIdem(),
    profile: newProfile({ phone: "+31612345678" }),
    identifiers: [],
    now_ms: NOW_MS,
  };

  expect(await countRowsWritten(registry, (instance) => instance.createMember(command))).toBe(0);
});

test("resolve and the other reads write nothing", async () => {
  const registry = await openRegistry();
  const account = await addMember(registry, { name: "Zoë", phone: "+31612345678" });
  const { to } = registry;

  const written = await countRowsWritten(registry, async (instance) => {
    instance.resolve({ to, identifier: { kind: "phone", value: "+31612345678" }, now_ms: NOW_MS });
    instance.configVersion({ to });
    instance.program({ to, version: 1 });
    instance.getMember({ to, account });
    instance.listMembers({ to, limit: 10 });
    await instance.searchMembers({ to, query: "zoë", limit: 10 });
  });

  expect(written).toBe(0);
});

test("a key's use is a row, once in ten minutes, however often a till asks", async () => {
  const registry = await openRegistry();
  const { to, client } = registry;
  const use = (after_ms: number) =>
    countRowsWritten(registry, (instance) =>
      instance.resolve({ to, keyHash: keyHash("till"), now_ms: NOW_MS + after_ms }),
    );

  expect(await client.keyUses([TILL_KEY])).toEqual({});
  expect([await use(0), await use(1), await use(599_999), await use(600_000)]).toEqual([1, 0, 0, 1]);
  expect(await client.keyUses([TILL_KEY, "key_unknown"])).toEqual({ [TILL_KEY]: NOW_MS + 600_000 });
  // A fresh object knows nothing, and asks the row.
  await evictDurableObject(registry.stub());
  expect(await use(600_001)).toBe(0);
});

test("a change of name writes 2 rows, a moved phone number 3 more and what is removed", async () => {
  const registry = await openRegistry();
  const account = await addMember(registry, { name: "Zoë", phone: "+31612345678" });
  const update = (changes: object) =>
    countRowsWritten(registry, (instance) =>
      instance.updateMember({ to: registry.to, account, idem: newIdem(), changes, now_ms: NOW_MS }),
    );

  expect(await update({ name: "Zoé" })).toBe(2);
  expect(await update({ phone: "+31687654321" })).toBe(6);
});

test("a pushed configuration writes 1 row, each new programme one more", async () => {
  const registry = await openRegistry();
  const programs = [newProgram(1, NOW_MS - 400 * 86_400_000), newProgram(2, NOW_MS)];
  const apply = (version: number) =>
    countRowsWritten(registry, (instance) =>
      instance.applyConfig({
        to: registry.to,
        config: newConfig(registry.tenant, version, programs),
        programs,
        now_ms: NOW_MS,
      }),
    );

  expect(await apply(2)).toBe(2);
  expect(await apply(3)).toBe(1);
  expect(await apply(3)).toBe(0);
});
