import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import type { SearchHit } from "../../../src/durable/merchant-registry/protocol.ts";
import { foldText } from "../../../src/durable/merchant-registry/fold-text.ts";
import { MemberSearch } from "../../../src/durable/merchant-registry/member-search.ts";
import { SearchIndex } from "../../../src/durable/merchant-registry/search-index.ts";
import { addMember, newAccount, newIdem, newProfile, NOW_MS, openRegistry, type TestRegistry } from "./support.ts";

async function search({ client }: TestRegistry, query: string, limit = 10): Promise<string[]> {
  const answer = await client.searchMembers({ query, limit });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value.map(({ account }) => account);
}

function hit(account: string, fields: Partial<SearchHit> = {}): SearchHit {
  return { account, name: null, email: null, phone: null, ...fields };
}

test.each([
  ["Zoë van der Broek", "zoe van der broek"],
  ["  Łukasz  Ørsted-Æbelø ", "lukasz orsted aebelo"],
  ["O’Brien", "obrien"],
  ["Weiß", "weiss"],
  ["ﬁlip ２", "filip 2"],
  ["Ελένη", "ελενη"],
])("%s is folded to %s", (name, folded) => {
  expect(foldText(name)).toBe(folded);
});

describe("the index finds", () => {
  const index = new SearchIndex();
  index.put(hit("zoe", { name: "Zoë van der Broek", email: "Zoe@Example.nl", phone: "+31612345678" }));
  index.put(hit("jan", { name: "Jan Broekhuis", email: "jan.b@example.nl", phone: "+31600005678" }));
  index.put(hit("anna", { name: "Anna", email: null, phone: "+31612349876" }));
  const find = (query: string): string[] => index.find(query, 10).map(({ account }) => account);

  test.each([
    ["the start of any word of the name", "broek", ["jan", "zoe"]],
    ["several words in any order", "BROEK zo", ["zoe"]],
    ["no part inside a word", "roek", []],
    ["the last four digits", "5678", ["jan", "zoe"]],
    ["the first of the last four digits", "56", ["jan", "zoe"]],
    ["no digits further to the left", "1234", []],
    ["a whole number, national", "06 12 34 56 78", ["zoe"]],
    ["a whole number, international", "+31 6 0000 5678", ["jan"]],
    ["the start of an e-mail address", "zoe@ex", ["zoe"]],
    ["the start of an e-mail address before the @", "jan.b", ["jan"]],
    ["nobody by one letter", "z", []],
    ["nobody by nothing but zeros", "00000", []],
    ["nobody by signs", "--", []],
  ])("%s: %s", (_what, query, expected) => {
    expect(find(query)).toEqual(expected);
  });
});

test("search follows creation, change and erasure", async () => {
  const registry = await openRegistry();
  const a = await addMember(registry, { name: "Anna Smit", phone: "+31612345678" });
  expect(await search(registry, "smit")).toEqual([a]);

  const b = await addMember(registry, { name: "Bob Smit" });
  expect(await search(registry, "smit")).toEqual([a, b]);
  await registry.client.updateMember({
    account: a,
    idem: newIdem(),
    changes: { name: "Anna de Vries", phone: "+31600001111" },
    now_ms: NOW_MS,
  });
  expect(await search(registry, "smit")).toEqual([b]);
  expect(await search(registry, "1111")).toEqual([a]);
  expect(await search(registry, "5678")).toEqual([]);
  await registry.client.eraseMember({ account: a, now_ms: NOW_MS });
  expect(await search(registry, "vries")).toEqual([]);

  await evictDurableObject(registry.stub());
  expect(await search(registry, "smit")).toEqual([b]);
});

test("a hit carries what the caller may cut", async () => {
  const registry = await openRegistry();
  const account = await addMember(registry, { name: "Anna Smit", phone: "+31612345678", email: "a@example.nl" });

  const answer = await registry.client.searchMembers({ query: "anna", limit: 1 });

  expect(answer).toEqual({
    ok: true,
    value: [{ account, name: "Anna Smit", phone: "+31612345678", email: "a@example.nl" }],
  });
});

test("members that join while the index is being built are found", async () => {
  const hits = Array.from({ length: 3 }, (_, index) => hit(`m${index}`, { name: `Anna ${index}` }));
  const steps: (() => void)[] = [];
  const search = new MemberSearch(() => new Promise((resolve) => steps.push(resolve)));
  const readPage = (after: number) => ({ hits: hits.slice(after, after + 1), nextSeq: after < 2 ? after + 1 : null });

  const first = search.find("anna", 10, 0, readPage);
  const second = search.find("anna", 10, 0, readPage);
  search.put(hit("m0", { name: "Renamed" }));
  search.put(hit("m9", { name: "Anna 9" }));
  search.dropIfIdle(Number.MAX_SAFE_INTEGER);
  for (let round = 0; round < 2; round += 1) {
    steps.shift()?.();
    await Promise.resolve();
    await Promise.resolve();
  }

  expect((await first).map(({ account }) => account)).toEqual(["m1", "m2", "m9"]);
  expect(await second).toEqual(await first);
});

test("the index is dropped after a minute without a search, and built anew at the next", async () => {
  let builds = 0;
  const readPage = () => {
    builds += 1;
    return { hits: [hit("a", { name: "Anna" })], nextSeq: null };
  };
  const search = new MemberSearch(() => Promise.resolve());
  await search.find("anna", 10, 1_000, readPage);
  search.dropIfIdle(60_999);
  expect(search.isLoaded).toBe(true);
  search.dropIfIdle(61_000);
  expect(search.isLoaded).toBe(false);
  expect(await search.find("anna", 10, 61_000, readPage)).toHaveLength(1);
  expect(builds).toBe(2);
});

test("a failed build is not kept", async () => {
  const search = new MemberSearch(() => Promise.resolve());
  const broken = () => {
    throw new Error("storage is gone");
  };
  await expect(search.find("anna", 10, 0, broken)).rejects.toThrow("storage is gone");
  const readPage = () => ({ hits: [hit("a", { name: "Anna" })], nextSeq: null });
  expect(await search.find("anna", 10, 0, readPage)).toHaveLength(1);
});

test("the pages of many members make one index", async () => {
  const registry = await openRegistry();
  await runInDurableObject(registry.stub(), (instance) => {
    for (let number = 0; number < 600; number += 1) {
      instance.createMember({
        to: registry.to,
        account: newAccount(),
        idem: newIdem(),
        profile: newProfile({ name: `Member ${number}` }),
        identifiers: [],
        now_ms: NOW_MS,
      });
    }
  });

  expect(await search(registry, "member", 1_000)).toHaveLength(600);
  expect(await search(registry, "member 599")).toHaveLength(1);
});
