import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createAccountId } from "../../../src/domain/tenancy/account-id.ts";
import { API_KEY_RANDOM_BYTES, createApiKey, parseApiKey } from "../../../src/domain/tenancy/api-key.ts";
import {
  type CardKeys,
  createCardToken,
  looksLikeCardToken,
  merchantOfCardToken,
  verifyCardToken,
} from "../../../src/domain/tenancy/card-token.ts";
import { equalConstantTime } from "../../../src/domain/tenancy/mac.ts";
import { createLocator, isLocator, jurisdictionOf, type Tenant } from "../../../src/domain/tenancy/merchant.ts";
import { createPlasticNumber, verifyPlasticNumber } from "../../../src/domain/tenancy/plastic-number.ts";
import { bytesOf, macWith } from "../support/hash.ts";

const tenant: Tenant = { mode: "live", merchant: "eabcde12" };
const otherMerchant: Tenant = { ...tenant, merchant: "eabcde13" };
const otherMode: Tenant = { ...tenant, mode: "test" };

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));

describe("API keys", () => {
  const key = createApiKey(tenant, bytesOf("key", API_KEY_RANDOM_BYTES));
  const testKey = createApiKey(otherMode, bytesOf("key", API_KEY_RANDOM_BYTES));

  test("say their merchant and mode", () => {
    expect(key).toMatch(/^stk_live_eabcde12[0-9A-Za-z]{36}$/);
    expect(parseApiKey(key)).toEqual(tenant);
    expect(parseApiKey(testKey)).toEqual(otherMode);
  });

  test("end in the CRC-32 of what stands before, in base 62", () => {
    const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const value = Array.from(key.slice(-6)).reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
    expect(value).toBe(crc32(key.slice(0, -6)));
  });

  const fakes: [what: string, key: string][] = [
    ["with a wrong checksum", `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`],
    ["with two letters exchanged", `${key.slice(0, 20)}${key.charAt(21)}${key.charAt(20)}${key.slice(22)}`],
    ["moved to the other mode", key.replace("live", "test")],
    ["moved to another merchant", key.replace("eabcde12", "eabcde13")],
    ["one character short", key.slice(0, -1)],
    ["one character too long", `${key}0`],
    ["with a space before it", ` ${key}`],
    ["with a line feed behind it", `${key}\n`],
    ["with another prefix", key.replace("stk", "sk")],
    ["that is empty", ""],
  ];
  test.each(fakes)("a key %s is a fake", (_what, fake) => {
    expect(parseApiKey(fake)).toBeNull();
  });

  test("bytes that would favour some letters are dropped, and too few are refused", () => {
    expect(() => createApiKey(tenant, new Uint8Array(64).fill(248))).toThrow("too few usable random bytes");
    expect(parseApiKey(createApiKey(tenant, new Uint8Array(30).fill(247)))).toEqual(tenant);
  });
});

describe("card tokens", () => {
  const account = createAccountId("member", bytesOf("member", 10));
  const [first, second] = [macWith("first"), macWith("second")];
  const before: CardKeys = { current: "c1", macs: new Map([["c1", first]]) };
  const after: CardKeys = {
    current: "c2",
    macs: new Map([
      ["c1", first],
      ["c2", second],
    ]),
  };
  const card = { account, cardNo: 3 };
  const token = createCardToken(before, tenant, card);

  test("name merchant, account and card", () => {
    expect(token).toMatch(new RegExp(`^1\\.c1\\.eabcde12\\.${account}\\.3\\.[0-9a-z]{16}$`));
    expect(verifyCardToken(before, tenant, token)).toEqual(card);
    expect(merchantOfCardToken(token)).toBe("eabcde12");
  });

  test("signed with a retired key still verify; new ones carry the new key", () => {
    expect(verifyCardToken(after, tenant, token)).toEqual(card);
    expect(createCardToken(after, tenant, card)).toMatch(/^1\.c2\./);
  });

  test("need the current key", () => {
    expect(() => createCardToken({ current: "c9", macs: before.macs }, tenant, card)).toThrow("c9");
  });

  const forged: [what: string, keys: CardKeys, tenant: Tenant, token: string][] = [
    ["with a forged MAC", before, tenant, `${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`],
    ["for another card", before, tenant, token.replace(".3.", ".4.")],
    ["for another spelling of the card", before, tenant, token.replace(".3.", ".03.")],
    ["for another account", before, tenant, token.replace(account, createAccountId("member", bytesOf("b", 10)))],
    ["of another merchant", before, otherMerchant, token],
    ["rewritten to another merchant", before, otherMerchant, token.replace("eabcde12", "eabcde13")],
    ["of the other mode", before, otherMode, token],
    ["under a key we do not know", { current: "c2", macs: new Map([["c2", second]]) }, tenant, token],
    ["that claims another key", after, tenant, token.replace(".c1.", ".c2.")],
    ["of another version", before, tenant, token.replace(/^1/, "2")],
    ["cut short", before, tenant, token.slice(0, -1)],
    ["that is empty", before, tenant, ""],
  ];
  test.each(forged)("a token %s is refused", (_what, keys, whose, text) => {
    expect(verifyCardToken(keys, whose, text)).toBeNull();
  });

  test("are told from plastic numbers by their shape, forged or not", () => {
    expect(looksLikeCardToken(token)).toBe(true);
    expect(looksLikeCardToken("2.kid.rest")).toBe(true);
    expect(looksLikeCardToken("0001000000112345")).toBe(false);
  });
});

describe("plastic numbers", () => {
  const mac = macWith("plastic");
  const number = createPlasticNumber(mac, tenant, { batch: 12, sequence: 345 });

  /** The check digit by the textbook: from the right, every second digit doubled, digits added up. */
  function luhnSum(digits: string): number {
    return [...digits].toReversed().reduce((sum, digit, index) => {
      const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
      return sum + Math.floor(value / 10) + (value % 10);
    }, 0);
  }

  test("are sixteen digits: batch, sequence, MAC and a Luhn digit", () => {
    expect(number).toMatch(/^0012\d{12}$/);
    expect(number.slice(4, 11)).toBe("0000345");
    expect(luhnSum(number) % 10).toBe(0);
    expect(verifyPlasticNumber(mac, tenant, number)).toEqual({ batch: 12, sequence: 345 });
  });

  test.each([
    [1, 1],
    [9999, 9_999_999],
  ])("the extreme batch %i and sequence %i come back", (batch, sequence) => {
    const extreme = createPlasticNumber(mac, tenant, { batch, sequence });
    expect(verifyPlasticNumber(mac, tenant, extreme)).toEqual({ batch, sequence });
  });

  test.each([
    [0, 1],
    [10_000, 1],
    [1, 0],
    [1, 10_000_000],
  ])("batch %i with sequence %i is not made", (batch, sequence) => {
    expect(() => createPlasticNumber(mac, tenant, { batch, sequence })).toThrow("out of range");
  });

  test("every single mistyped digit is caught", () => {
    const slips = [...number].flatMap((digit, place) =>
      DIGITS.filter((other) => other !== digit).map(
        (other) => `${number.slice(0, place)}${other}${number.slice(place + 1)}`,
      ),
    );
    expect(slips).toHaveLength(144);
    expect(slips.filter((slip) => verifyPlasticNumber(mac, tenant, slip) !== null)).toEqual([]);
  });

  test("a right Luhn digit does not make up for a wrong MAC", () => {
    const tampered = `${number.slice(0, 10)}6${number.slice(11, 15)}`;
    const withLuhn = DIGITS.map((digit) => `${tampered}${digit}`).filter((text) => luhnSum(text) % 10 === 0);
    expect(withLuhn).toHaveLength(1);
    expect(withLuhn.map((text) => verifyPlasticNumber(mac, tenant, text))).toEqual([null]);
  });

  const refused: [what: string, whose: Tenant, text: string][] = [
    ["of another merchant", otherMerchant, number],
    ["of the other mode", otherMode, number],
    ["with fifteen digits", tenant, number.slice(1)],
    ["with a space in it", tenant, `${number.slice(0, 15)} `],
    ["of zeros alone", tenant, "0".repeat(16)],
    ["that is empty", tenant, ""],
  ];
  test.each(refused)("a number %s is refused", (_what, whose, text) => {
    expect(verifyPlasticNumber(mac, whose, text)).toBeNull();
  });
});

describe("locators", () => {
  const mac = macWith("locator");
  const locator = createLocator("eu", bytesOf("eu", 4), mac);

  test("say their jurisdiction and carry a MAC", () => {
    expect(locator).toMatch(/^e[0-9a-z]{7}$/);
    expect(isLocator(locator, mac)).toBe(true);
    expect(jurisdictionOf(locator)).toBe("eu");
    expect(jurisdictionOf(createLocator("us", bytesOf("us", 4), mac))).toBe("us");
  });

  const invented: [what: string, text: string][] = [
    ["with another MAC", `${locator.slice(0, 6)}${locator.endsWith("00") ? "01" : "00"}`],
    ["with an unknown jurisdiction", `x${locator.slice(1)}`],
    ["moved to the other jurisdiction", `s${locator.slice(1)}`],
    ["one character short", locator.slice(0, -1)],
    ["that is empty", ""],
  ];
  test.each(invented)("a locator %s is turned away", (_what, text) => {
    expect(isLocator(text, mac)).toBe(false);
  });
});

test.each([
  ["", "", true],
  ["abc", "abc", true],
  ["abc", "abd", false],
  ["abc", "ab", false],
  ["abc", "bbc", false],
])("equalConstantTime(%j, %j) is %s", (left, right, equal) => {
  expect(equalConstantTime(left, right)).toBe(equal);
});
