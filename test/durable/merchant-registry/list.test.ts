import { expect, test } from "vitest";
import { addMember, NOW_MS, openRegistry, type TestRegistry } from "./support.ts";

async function page(
  { client }: TestRegistry,
  query: { limit: number; cursor?: string; order?: "asc" | "desc" },
): Promise<{ accounts: string[]; next: string | null }> {
  const answer = await client.listMembers(query);
  if (!answer.ok) throw new Error(answer.error.code);
  return { accounts: answer.value.members.map(({ account }) => account), next: answer.value.next_cursor };
}

test("members are listed newest first, and a page stays right while others join", async () => {
  const registry = await openRegistry();
  const [a, b, c] = [await addMember(registry), await addMember(registry), await addMember(registry)];

  const first = await page(registry, { limit: 2 });
  expect(first.accounts).toEqual([c, b]);
  await addMember(registry);
  const second = await page(registry, { limit: 2, cursor: first.next ?? "" });
  expect(second).toEqual({ accounts: [a], next: null });
});

test("the order can be turned round", async () => {
  const registry = await openRegistry();
  const [a, b, c] = [await addMember(registry), await addMember(registry), await addMember(registry)];

  const first = await page(registry, { limit: 2, order: "asc" });
  expect(first.accounts).toEqual([a, b]);
  expect(await page(registry, { limit: 2, order: "asc", cursor: first.next ?? "" })).toEqual({
    accounts: [c],
    next: null,
  });
});

test("erased members are not listed, and a page that ends exactly has no next", async () => {
  const registry = await openRegistry();
  const [a, b, c] = [await addMember(registry), await addMember(registry), await addMember(registry)];
  await registry.client.eraseMember({ account: b, now_ms: NOW_MS });

  expect(await page(registry, { limit: 2 })).toEqual({ accounts: [c, a], next: null });
});

test("an exact filter finds one member or none", async () => {
  const registry = await openRegistry();
  await addMember(registry, { phone: "+31611111111" });
  const account = await addMember(registry, { phone: "+31622222222", email: "a@example.nl", external_id: "x1" });

  for (const filter of [
    { kind: "phone", value: "+31622222222" },
    { kind: "email", value: "A@example.nl" },
    { kind: "external_id", value: "x1" },
  ] as const) {
    const answer = await registry.client.listMembers({ limit: 10, filter });
    expect(answer.ok && answer.value.members.map((member) => member.account)).toEqual([account]);
  }
  const none = await registry.client.listMembers({ limit: 10, filter: { kind: "email", value: "x1" } });
  expect(none).toEqual({ ok: true, value: { members: [], next_cursor: null } });
});

test("a cursor that we did not make is refused", async () => {
  const { client } = await openRegistry();

  expect(await client.listMembers({ limit: 10, cursor: "!" })).toEqual({
    ok: false,
    error: { code: "invalid_cursor" },
  });
});
