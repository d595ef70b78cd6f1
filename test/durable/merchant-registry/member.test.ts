import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { MemberProfile } from "../../../src/domain/tenancy/member-profile.ts";
import type { MemberRecord } from "../../../src/durable/merchant-registry/protocol.ts";
import { addMember, newAccount, newConsent, newIdem, newProfile, NOW_MS, openRegistry } from "./support.ts";

const FULL: MemberProfile = newProfile({
  name: "Zoë van der Broek",
  email: "Zoe@Example.nl",
  phone: "+31612345678",
  birthday: "02-29",
  locale: "nl",
  external_id: "crm-1",
  consents: [newConsent(), newConsent({ purpose: "profiling", granted: false })],
  metadata: { shoe: "42", ключ: "значение" },
});

test("a member's profile comes back as it was given, also after eviction", async () => {
  const registry = await openRegistry();
  const account = await addMember(registry, FULL);
  const expected: MemberRecord = {
    account,
    created_at_ms: NOW_MS,
    updated_at_ms: NOW_MS,
    profile: FULL,
    card_numbers: [],
  };

  expect(await registry.client.getMember(account)).toEqual({ ok: true, value: expected });
  await evictDurableObject(registry.stub());
  expect(await registry.client.getMember(account)).toEqual({ ok: true, value: expected });
});

test("a member may be anonymous", async () => {
  const { client } = await openRegistry();
  const account = newAccount();

  const created = await client.createMember({
    account,
    idem: newIdem(),
    profile: null,
    identifiers: [],
    now_ms: NOW_MS,
  });

  expect(created).toMatchObject({ ok: true, value: { member: { account }, replayed: false } });
  const member = await client.getMember(account);
  expect(member.ok && member.value.profile).toEqual(newProfile());
});

test("a repeated creation answers the first account; the key with another request is refused", async () => {
  const { client } = await openRegistry();
  const command = {
    account: newAccount(),
    idem: newIdem("h1"),
    profile: newProfile({ phone: "+31611111111" }),
    identifiers: [],
    now_ms: NOW_MS,
  };
  await client.createMember(command);

  const again = await client.createMember({ ...command, account: newAccount() });
  expect(again).toMatchObject({ ok: true, value: { member: { account: command.account }, replayed: true } });
  const otherBody = await client.createMember({ ...command, idem: { ...command.idem, requestHash: "h2" } });
  expect(otherBody).toEqual({ ok: false, error: { code: "idempotency_mismatch" } });
  const otherScope = await client.createMember({
    ...command,
    account: newAccount(),
    profile: null,
    idem: { ...command.idem, scope: "til_other" },
  });
  expect(otherScope.ok && otherScope.value.replayed).toBe(false);
  const asUpdate = await client.updateMember({
    account: command.account,
    idem: command.idem,
    changes: {},
    now_ms: NOW_MS,
  });
  expect(asUpdate).toEqual({ ok: false, error: { code: "idempotency_mismatch" } });
});

test("an account is created once", async () => {
  const registry = await openRegistry();
  const account = await addMember(registry);

  const answer = await registry.client.createMember({
    account,
    idem: newIdem(),
    profile: null,
    identifiers: [],
    now_ms: NOW_MS,
  });

  expect(answer).toEqual({ ok: false, error: { code: "account_exists" } });
});

test.each([
  ["phone", { phone: "+31612345678" }, []],
  ["email", { email: "ZOE@example.nl" }, []],
  ["external_id", { external_id: "crm-1" }, []],
  ["card_number", {}, [{ kind: "card_number", value: "4000123", card_no: 2 }]],
] as const)("a taken %s is refused, nothing is written, and the key stays free", async (kind, fields, identifiers) => {
  const registry = await openRegistry();
  const { client } = registry;
  const owner = await addMember(registry, FULL);
  await client.linkCardNumber({ account: owner, number: "4000123", card_no: 2, now_ms: NOW_MS });
  const command = {
    account: newAccount(),
    idem: newIdem(),
    profile: newProfile({ ...fields, name: "Someone Else" }),
    identifiers,
    now_ms: NOW_MS,
  };

  expect(await client.createMember(command)).toEqual({ ok: false, error: { code: "identifier_taken", kind } });
  expect(await client.getMember(command.account)).toEqual({ ok: false, error: { code: "unknown_member" } });

  await client.eraseMember({ account: owner, now_ms: NOW_MS });
  const retried = await client.createMember(command);
  expect(retried).toMatchObject({ ok: true, value: { member: { account: command.account }, replayed: false } });
});

test("an update changes what it names, clears with null, and appends consents", async () => {
  const registry = await openRegistry();
  const { client } = registry;
  const account = await addMember(registry, FULL);
  const withdrawn = newConsent({ granted: false, at_ms: NOW_MS + 5, source: "mail_footer" });

  const answer = await client.updateMember({
    account,
    idem: newIdem(),
    changes: {
      name: "Zoë Broek",
      birthday: null,
      metadata: { shoe: null, hat: "57" },
      consents: [withdrawn],
    },
    now_ms: NOW_MS + 10,
  });

  expect(answer).toMatchObject({ ok: true, value: { member: { account }, replayed: false } });
  const member = await client.getMember(account);
  expect(member.ok && member.value).toEqual({
    account,
    created_at_ms: NOW_MS,
    updated_at_ms: NOW_MS + 10,
    profile: {
      ...FULL,
      name: "Zoë Broek",
      birthday: null,
      metadata: { ключ: "значение", hat: "57" },
      consents: [...FULL.consents, withdrawn],
    },
    card_numbers: [],
  });
});

test("a repeated update changes nothing and adds no consent twice", async () => {
  const registry = await openRegistry();
  const { client } = registry;
  const account = await addMember(registry, FULL);
  const command = { account, idem: newIdem(), changes: { name: "A", consents: [newConsent()] }, now_ms: NOW_MS };
  await client.updateMember(command);
  await client.updateMember({ account, idem: newIdem(), changes: { name: "B" }, now_ms: NOW_MS });

  expect(await client.updateMember(command)).toMatchObject({
    ok: true,
    value: { member: { account }, replayed: true },
  });

  const member = await client.getMember(account);
  expect(member.ok && member.value.profile.name).toBe("B");
  expect(member.ok && member.value.profile.consents).toHaveLength(3);
});

test("an update is refused for an unknown member and for a value of another", async () => {
  const registry = await openRegistry();
  const { client } = registry;
  await addMember(registry, FULL);
  const account = await addMember(registry, { name: "Piet", phone: "+31687654321" });

  const taken = await client.updateMember({
    account,
    idem: newIdem(),
    changes: { name: "Pieter", email: "zoe@example.nl" },
    now_ms: NOW_MS,
  });
  expect(taken).toEqual({ ok: false, error: { code: "identifier_taken", kind: "email" } });
  const member = await client.getMember(account);
  expect(member.ok && member.value.profile.name).toBe("Piet");

  const unknown = await client.updateMember({ account: newAccount(), idem: newIdem(), changes: {}, now_ms: NOW_MS });
  expect(unknown).toEqual({ ok: false, error: { code: "unknown_member" } });
});

test("several members come in the order asked, without unknown and erased ones", async () => {
  const registry = await openRegistry();
  const [a, b, c] = [await addMember(registry), await addMember(registry), await addMember(registry)];
  await registry.client.eraseMember({ account: b, now_ms: NOW_MS });

  const answer = await registry.client.getMembers([c, newAccount(), b, a]);

  expect(answer.ok && answer.value.map(({ account }) => account)).toEqual([c, a]);
});
