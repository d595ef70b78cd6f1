import { describe, expect, test } from "vitest";
import { accountKindOf, createAccountId } from "../../../src/domain/tenancy/account-id.ts";
import { createConfigId, IdCodec } from "../../../src/domain/tenancy/ids.ts";
import type { Tenant } from "../../../src/domain/tenancy/merchant.ts";
import { bytesOf, macWith } from "../support/hash.ts";

const mac = macWith("ids");
const tenant: Tenant = { mode: "live", merchant: "eabcde12" };
const codec = new IdCodec(mac, tenant);
const account = createAccountId("member", bytesOf("member", 10));

/** The text with one character at `place` exchanged for another of the alphabet. */
function forge(id: string, place: number): string {
  const at = place < 0 ? id.length + place : place;
  return `${id.slice(0, at)}${id.charAt(at) === "0" ? "1" : "0"}${id.slice(at + 1)}`;
}

describe("account ids", () => {
  test.each(["member", "receipt", "bearer"] as const)("name their kind: %s", (kind) => {
    const id = createAccountId(kind, bytesOf(kind, 10));
    expect(id).toHaveLength(16);
    expect(accountKindOf(id)).toBe(kind);
  });

  const others: [what: string, text: string][] = [
    ["nothing", ""],
    ["an unknown kind", `x${account.slice(1)}`],
    ["one character short", account.slice(0, -1)],
    ["one character too long", `${account}0`],
    ["a letter outside the alphabet", `${account.slice(0, -1)}u`],
  ];
  test.each(others)("%s is no account id", (_what, text) => {
    expect(accountKindOf(text)).toBeNull();
  });
});

describe("a round trip keeps", () => {
  test("a member", () => {
    expect(codec.parseMember(codec.member(account))).toBe(account);
  });
  test.each([0, 1, 31, 32, 2 ** 40])("a card with number %i", (cardNo) => {
    expect(codec.parseCard(codec.card({ account, cardNo }))).toEqual({ account, cardNo });
  });
  test.each(["sal", "ret", "red", "adj"] as const)("a booking of type %s", (prefix) => {
    for (const seq of [0, 1, 31, 32, 100_000, 2 ** 40]) {
      const id = codec.booking(prefix, { account, seq });
      expect(id.startsWith(`${prefix}_`)).toBe(true);
      expect(codec.parseBooking(prefix, id)).toEqual({ account, seq });
    }
  });
  test.each([0, 1, 31, 32, 1023])("entry %i of a booking", (index) => {
    for (const seq of [1, 32, 2 ** 40]) {
      expect(codec.parseEntry(codec.entry({ account, seq, index }))).toEqual({ account, seq, index });
    }
  });
});

describe("a booking id is unknown", () => {
  const id = codec.booking("sal", { account, seq: 7 });
  const table: [what: string, codec: IdCodec, id: string][] = [
    ["with a forged MAC", codec, forge(id, -1)],
    ["with another account", codec, forge(id, 10)],
    ["with another sequence", codec, forge(id, -9)],
    ["to another merchant", new IdCodec(mac, { ...tenant, merchant: "eabcde13" }), id],
    ["in the other mode", new IdCodec(mac, { ...tenant, mode: "test" }), id],
    ["under another key", new IdCodec(macWith("other"), tenant), id],
    ["with the prefix of something else", codec, id.replace("sal_", "ret_")],
    ["with nothing after its prefix", codec, "sal_"],
    ["when it is cut short", codec, id.slice(0, -1)],
    ["when it is longer than any id", codec, `sal_${"0".repeat(61)}`],
    ["in upper case", codec, id.toUpperCase()],
    ["when empty", codec, ""],
  ];
  test.each(table)("%s", (_what, reader, text) => {
    expect(reader.parseBooking("sal", text)).toBeNull();
  });
});

test("a member id is not a card id, nor the other way about", () => {
  const card = codec.card({ account, cardNo: 1 });
  expect(codec.parseMember(card.replace("crd_", "mem_"))).toBeNull();
  expect(codec.parseCard(codec.member(account).replace("mem_", "crd_"))).toBeNull();
  expect(codec.parseMember(card)).toBeNull();
});

test("every single changed character makes an id unknown", () => {
  const id = codec.entry({ account, seq: 7, index: 2 });
  const survivors = [...id].flatMap((_, place) => (codec.parseEntry(forge(id, place)) === null ? [] : [place]));
  expect(survivors).toEqual([]);
});

test("ids of configuration carry 80 bits under their prefix", () => {
  expect(createConfigId("loc", bytesOf("loc", 10))).toMatch(/^loc_[0-9a-hjkmnp-tv-z]{16}$/);
  expect(() => createConfigId("loc", bytesOf("loc", 9))).toThrow("too few");
});
