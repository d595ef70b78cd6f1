import { runInDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { RegistryStore } from "../../../src/durable/merchant-registry/store.ts";
import { PersonKey } from "../../../src/durable/shared/field-cipher.ts";
import {
  addMember,
  dumpOf,
  newAccount,
  newConsent,
  newIdem,
  newProfile,
  NOW_MS,
  openRegistry,
  type TestRegistry,
} from "./support.ts";

const PERSONAL = [
  "Zoë van der Broek",
  "Broek",
  "Zoe@Example.nl",
  "zoe@example.nl",
  "+31612345678",
  "612345678",
  "02-29",
  "crm-4711",
  "2600001",
  "allergic to nuts",
  "Yes, mail me offers",
  "join_page",
  "client-chosen-key-zoe",
  "hash-of-the-request",
];

async function fullMember() {
  const registry = await openRegistry();
  const account = newAccount();
  const command = {
    account,
    idem: { scope: "til_1", key: "client-chosen-key-zoe", requestHash: "hash-of-the-request" },
    profile: newProfile({
      name: "Zoë van der Broek",
      email: "Zoe@Example.nl",
      phone: "+31612345678",
      birthday: "02-29",
      locale: "nl",
      external_id: "crm-4711",
      consents: [newConsent()],
      metadata: { note: "allergic to nuts" },
    }),
    identifiers: [{ kind: "card_number", value: "2600001", card_no: 2 }],
    now_ms: NOW_MS,
  } as const;
  await registry.client.createMember(command);
  await registry.client.updateMember({
    account,
    idem: newIdem(),
    changes: { phone: "+31687654321", consents: [newConsent({ granted: false })] },
    now_ms: NOW_MS,
  });
  return { registry, account, command };
}

function leaks(dump: string): string[] {
  return PERSONAL.filter((value) => dump.includes(value) || dump.includes(Buffer.from(value).toString("hex")));
}

test("personal data are never stored in the clear, neither before nor after erasure", async () => {
  const { registry, account } = await fullMember();

  const before = await dumpOf(registry);
  // The search itself works: what is not personal is found.
  expect(before).toContain("Bakkerij Vroeg");
  expect(before).toContain(account);
  expect(leaks(`${before}\n${PERSONAL[0]}`)).toContain("Broek");
  expect(leaks(before)).toEqual([]);

  await registry.client.eraseMember({ account, now_ms: NOW_MS });
  expect(leaks(await dumpOf(registry))).toEqual([]);
});

/** Whatever of an erased person is left: words in the clear, the key to sealed ones, and what leads to them. */
async function remainsOf(registry: TestRegistry, account: string): Promise<string[]> {
  const left = await runInDurableObject(registry.stub(), (_object, { storage: { sql } }) =>
    ["member WHERE data_key IS NOT NULL AND", "identifier WHERE", "identifier_history WHERE", "consent WHERE"].filter(
      (where) => sql.exec(`SELECT 1 FROM ${where} account = ?`, account).toArray().length > 0,
    ),
  );
  return [...leaks(await dumpOf(registry)), ...left];
}

test("an erased person is gone, and an erasure that forgets a part is caught (negative control)", async () => {
  const { registry, account } = await fullMember();
  expect(await remainsOf(registry, account)).not.toEqual([]);
  await registry.client.eraseMember({ account, now_ms: NOW_MS });
  expect(await remainsOf(registry, account)).toEqual([]);

  const other = await fullMember();
  vi.spyOn(RegistryStore.prototype, "eraseMember").mockReturnValue();
  await other.registry.client.eraseMember({ account: other.account, now_ms: NOW_MS });
  vi.restoreAllMocks();
  expect(await remainsOf(other.registry, other.account)).toHaveLength(4);
});

test("a store that writes personal data in the clear is caught (negative control)", async () => {
  vi.spyOn(PersonKey.prototype, "seal").mockImplementation((_field, text) => new TextEncoder().encode(text));
  vi.spyOn(PersonKey.prototype, "open").mockImplementation((_field, box) => new TextDecoder().decode(box));
  const { registry } = await fullMember();
  vi.restoreAllMocks();

  expect(leaks(await dumpOf(registry))).toContain("zoe@example.nl");
});

test("erasing leaves the tombstone and the key's digest, and of the person nothing", async () => {
  const { registry, account } = await fullMember();
  const { client } = registry;

  expect(await client.eraseMember({ account, now_ms: NOW_MS + 1 })).toEqual({
    ok: true,
    value: { erased_at_ms: NOW_MS + 1, replayed: false },
  });

  const dump = await dumpOf(registry);
  // Once in `member` and twice, for the creation and the update, in `idempotency`.
  expect(dump.split(account)).toHaveLength(4);
  for (const identifier of [
    { kind: "phone", value: "+31612345678" },
    { kind: "phone", value: "+31687654321" },
    { kind: "email", value: "zoe@example.nl" },
    { kind: "external_id", value: "crm-4711" },
    { kind: "card_number", value: "2600001" },
  ] as const) {
    const answer = await client.resolve({ identifier, now_ms: NOW_MS });
    expect(answer.ok && answer.value.identifier).toEqual({ outcome: "unknown", former: [] });
  }
});

test("every later call about an erased member answers erased", async () => {
  const { registry, account, command } = await fullMember();
  const { client } = registry;
  await client.eraseMember({ account, now_ms: NOW_MS });
  const erased = { ok: false, error: { code: "erased" } };

  expect(await client.getMember(account)).toEqual(erased);
  expect(await client.updateMember({ account, idem: newIdem(), changes: { name: "x" }, now_ms: NOW_MS })).toEqual(
    erased,
  );
  expect(await client.linkCardNumber({ account, number: "1", card_no: 1, now_ms: NOW_MS })).toEqual(erased);
  expect(await client.createMember({ ...command, idem: newIdem() })).toEqual(erased);
  expect(await client.createMember(command)).toEqual(erased);
  expect(await client.eraseMember({ account, now_ms: NOW_MS + 9 })).toEqual({
    ok: true,
    value: { erased_at_ms: NOW_MS, replayed: true },
  });
});

test("erasing somebody unknown says so", async () => {
  const { client } = await openRegistry();

  expect(await client.eraseMember({ account: newAccount(), now_ms: NOW_MS })).toEqual({
    ok: false,
    error: { code: "unknown_member" },
  });
});

test("the others stay", async () => {
  const { registry, account } = await fullMember();
  const other = await addMember(registry, { name: "Piet", consents: [newConsent()] });

  await registry.client.eraseMember({ account, now_ms: NOW_MS });

  const member = await registry.client.getMember(other);
  expect(member.ok && member.value.profile).toEqual(newProfile({ name: "Piet", consents: [newConsent()] }));
});
