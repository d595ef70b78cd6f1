import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Identifier } from "../../../src/domain/tenancy/member-profile.ts";
import type { IdentifierAnswer } from "../../../src/durable/merchant-registry/protocol.ts";
import { registryObjectName } from "../../../src/domain/tenancy/object-name.ts";
import { RegistryStore } from "../../../src/durable/merchant-registry/store.ts";
import { openVault } from "../../../src/durable/merchant-registry/vault.ts";
import { createMember } from "../../../src/durable/merchant-registry/write-member.ts";
import {
  addMember,
  DAY_MS,
  dumpOf,
  newAccount,
  newIdem,
  newProfile,
  NOW_MS,
  openRegistry,
  type TestRegistry,
} from "./support.ts";

async function find(
  { client }: TestRegistry,
  identifier: Identifier,
  now_ms = NOW_MS,
): Promise<IdentifierAnswer | null> {
  const answer = await client.resolve({ configVersionKnown: 1, identifier, now_ms });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value.identifier;
}

const phone = (value: string): Identifier => ({ kind: "phone", value });
const card = (value: string): Identifier => ({ kind: "card_number", value });
const found = (account: string, former: string[] = [], card_no: number | null = null): IdentifierAnswer => ({
  outcome: "found",
  account,
  card_no,
  former,
});

test("a member is found by each identifier, and by nothing else", async () => {
  const registry = await openRegistry();
  const account = newAccount();
  await registry.client.createMember({
    account,
    idem: newIdem(),
    profile: newProfile({ phone: "+31612345678", email: "Zoe@Example.nl", external_id: "crm-1" }),
    identifiers: [{ kind: "card_number", value: "2600001", card_no: 2 }],
    now_ms: NOW_MS,
  });

  expect(await find(registry, phone("+31612345678"))).toEqual(found(account));
  expect(await find(registry, { kind: "email", value: "zoe@example.nl" })).toEqual(found(account));
  expect(await find(registry, { kind: "external_id", value: "crm-1" })).toEqual(found(account));
  expect(await find(registry, card("2600001"))).toEqual(found(account, [], 2));
  expect(await find(registry, { kind: "external_id", value: "2600001" })).toEqual({ outcome: "unknown", former: [] });
  const member = await registry.client.getMember(account);
  expect(member.ok && member.value.card_numbers).toEqual([{ number: "2600001", card_no: 2 }]);
});

test("another merchant with the same phone number stores nothing comparable", async () => {
  const [one, two] = [await openRegistry(), await openRegistry()];
  await addMember(one, { phone: "+31612345678" });
  await addMember(two, { phone: "+31612345678" });
  const hexOf = async (registry: TestRegistry): Promise<Set<string>> =>
    new Set((await dumpOf(registry)).split("\n").filter((line) => /^[0-9a-f]{64}$/.test(line)));

  const [left, right] = [await hexOf(one), await hexOf(two)];

  expect(left.size).toBeGreaterThan(0);
  // What both have is the programme's hash.
  expect([...left].filter((digest) => right.has(digest))).toHaveLength(1);
});

test("a moved phone number names its former owner for 30 days", async () => {
  const registry = await openRegistry();
  const { client } = registry;
  const first = await addMember(registry, { phone: "+31612345678" });
  await client.updateMember({ account: first, idem: newIdem(), changes: { phone: "+31600000000" }, now_ms: NOW_MS });
  expect(await find(registry, phone("+31612345678"))).toEqual({ outcome: "unknown", former: [first] });

  const second = await addMember(registry, { phone: "+31612345678" });

  expect(await find(registry, phone("+31612345678"))).toEqual(found(second, [first]));
  expect(await find(registry, phone("+31600000000"))).toEqual(found(first));
  expect(await find(registry, phone("+31612345678"), NOW_MS + 30 * DAY_MS)).toEqual(found(second, [first]));
  expect(await find(registry, phone("+31612345678"), NOW_MS + 30 * DAY_MS + 1)).toEqual(found(second));
});

test("former owners come latest first, and never include the owner", async () => {
  const registry = await openRegistry();
  const { client } = registry;
  const owners: string[] = [];
  for (const hour of [1, 2, 3]) {
    const account = await addMember(registry, { email: "shared@example.nl" });
    owners.push(account);
    await client.updateMember({ account, idem: newIdem(), changes: { email: null }, now_ms: NOW_MS + hour });
  }
  const [a = "", b = "", c = ""] = owners;
  const email: Identifier = { kind: "email", value: "shared@example.nl" };
  expect(await find(registry, email)).toEqual({ outcome: "unknown", former: [c, b, a] });

  await client.updateMember({ account: b, idem: newIdem(), changes: { email: "Shared@example.nl" }, now_ms: NOW_MS });

  expect(await find(registry, email)).toEqual(found(b, [c, a]));
});

test("writing the same value again moves nothing", async () => {
  const registry = await openRegistry();
  const account = await addMember(registry, { email: "zoe@example.nl" });

  await registry.client.updateMember({
    account,
    idem: newIdem(),
    changes: { email: "Zoe@Example.nl" },
    now_ms: NOW_MS,
  });

  expect(await find(registry, { kind: "email", value: "zoe@example.nl" })).toEqual(found(account));
  const member = await registry.client.getMember(account);
  expect(member.ok && member.value.profile.email).toBe("Zoe@Example.nl");
});

test("card numbers are linked, re-numbered, released and linked to another", async () => {
  const registry = await openRegistry();
  const { client } = registry;
  const [a, b] = [await addMember(registry), await addMember(registry)];
  const link = (account: string, card_no: number) =>
    client.linkCardNumber({ account, number: "2600001", card_no, now_ms: NOW_MS });

  expect(await link(a, 2)).toEqual({ ok: true, value: { linked: true } });
  expect(await link(a, 2)).toEqual({ ok: true, value: { linked: false } });
  expect(await link(a, 3)).toEqual({ ok: true, value: { linked: true } });
  expect(await find(registry, card("2600001"))).toEqual(found(a, [], 3));
  expect(await link(b, 2)).toEqual({ ok: false, error: { code: "identifier_taken", kind: "card_number" } });

  const release = (account: string) => client.releaseCardNumber({ account, number: "2600001", now_ms: NOW_MS });
  expect(await release(b)).toEqual({ ok: true, value: { released: false } });
  expect(await release(a)).toEqual({ ok: true, value: { released: true } });
  expect(await release(a)).toEqual({ ok: true, value: { released: false } });
  expect(await link(b, 2)).toEqual({ ok: true, value: { linked: true } });
  expect(await find(registry, card("2600001"))).toEqual(found(b, [a], 2));
});

test("a gift card's number needs no member, a member's does", async () => {
  const registry = await openRegistry();
  const { client } = registry;
  const bearer = newAccount("bearer");

  const linked = await client.linkCardNumber({ account: bearer, number: "9900001", card_no: 1, now_ms: NOW_MS });
  expect(linked.ok).toBe(true);
  expect(await find(registry, card("9900001"))).toEqual(found(bearer, [], 1));

  const stranger = { account: newAccount(), number: "9900002", card_no: 1, now_ms: NOW_MS };
  expect(await client.linkCardNumber(stranger)).toEqual({ ok: false, error: { code: "unknown_member" } });
});

test("a member may have several card numbers, and a change of phone leaves them alone", async () => {
  const registry = await openRegistry();
  const { client } = registry;
  const account = await addMember(registry, { phone: "+31612345678" });
  for (const [number, card_no] of [
    ["2600001", 2],
    ["2600002", 3],
  ] as const) {
    await client.linkCardNumber({ account, number, card_no, now_ms: NOW_MS });
  }

  await client.updateMember({ account, idem: newIdem(), changes: { phone: "+31687654321" }, now_ms: NOW_MS });

  const member = await client.getMember(account);
  expect(member.ok && [...member.value.card_numbers].sort((x, y) => (x.card_no ?? 0) - (y.card_no ?? 0))).toEqual([
    { number: "2600001", card_no: 2 },
    { number: "2600002", card_no: 3 },
  ]);
  expect(await find(registry, card("2600002"))).toEqual(found(account, [], 3));
});

test("in test mode the 30 days run on the test clock", async () => {
  const registry = await openRegistry("test");
  const first = await addMember(registry, { phone: "+31612345678" });
  await registry.client.updateMember({
    account: first,
    idem: newIdem(),
    changes: { phone: null },
    now_ms: NOW_MS,
  });

  await registry.client.setClockOffset(31 * DAY_MS);

  expect(await find(registry, phone("+31612345678"))).toEqual({ outcome: "unknown", former: [] });
});

test("what was stored under a retired master key is found, belongs to its owner, and opens", async () => {
  const registry = await openRegistry();
  const { m1 } = z.object({ m1: z.string() }).parse(JSON.parse(env.STEMPEL_MASTER_KEYS));
  const command = {
    to: registry.to,
    account: newAccount(),
    idem: newIdem(),
    profile: newProfile({ phone: "+31612345678" }),
    identifiers: [],
    now_ms: NOW_MS,
  };
  await runInDurableObject(registry.stub(), (_instance, { storage }) => {
    const name = registryObjectName("live", registry.tenant.merchant);
    const vault = openVault(new RegistryStore(storage.sql), name, JSON.stringify({ m1 }));
    storage.transactionSync(() => createMember(vault, command, NOW_MS));
  });

  expect(await find(registry, phone("+31612345678"))).toEqual(found(command.account));
  expect(await registry.client.createMember(command)).toMatchObject({
    ok: true,
    value: { member: { account: command.account }, replayed: true },
  });
  expect(await registry.client.createMember({ ...command, account: newAccount(), idem: newIdem() })).toEqual({
    ok: false,
    error: { code: "identifier_taken", kind: "phone" },
  });
  const member = await registry.client.getMember(command.account);
  expect(member.ok && member.value.profile.phone).toBe("+31612345678");
});

test("of many that claim one phone number at once, one gets it", async () => {
  const registry = await openRegistry();

  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      registry.client.createMember({
        account: newAccount(),
        idem: newIdem(),
        profile: newProfile({ phone: "+31612345678" }),
        identifiers: [],
        now_ms: NOW_MS,
      }),
    ),
  );

  expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
});
