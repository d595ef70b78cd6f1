import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createGiftCode, giftAccountId, parseGiftCode } from "../../../src/domain/tenancy/gift-code.ts";

const mac = (message: string) => new Uint8Array(createHmac("sha256", "key").update(message).digest());
const tenant = { mode: "live", merchant: "e0000000" } as const;
const account = giftAccountId(mac, tenant, "til_1:key");
const code = createGiftCode(mac, tenant, account);

describe("a gift card's code", () => {
  test("is four groups of five, and names its account", () => {
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
    expect(parseGiftCode(mac, tenant, code)).toBe(account);
  });

  test.each([
    ["lower case", code.toLowerCase()],
    ["no dashes", code.replaceAll("-", "")],
    ["spaces", ` ${code.replaceAll("-", " ")} `],
    ["O for 0 and I for 1", code.replaceAll("0", "O").replaceAll("1", "I")],
  ])("is read as people type it: %s", (_how, typed) => {
    expect(parseGiftCode(mac, tenant, typed)).toBe(account);
  });

  test("mistyped anywhere, of another merchant or in the other mode it is nothing", () => {
    const plain = code.replaceAll("-", "");
    for (let at = 0; at < plain.length; at += 1) {
      const wrong = `${plain.slice(0, at)}${plain[at] === "7" ? "8" : "7"}${plain.slice(at + 1)}`;
      expect(parseGiftCode(mac, tenant, wrong)).toBeNull();
    }
    expect(parseGiftCode(mac, { ...tenant, merchant: "e0000001" }, code)).toBeNull();
    expect(parseGiftCode(mac, { ...tenant, mode: "test" }, code)).toBeNull();
    for (const text of ["", "x", "0001000000112345", code.slice(2), `${code}0`]) {
      expect(parseGiftCode(mac, tenant, text)).toBeNull();
    }
  });

  test("the same request gives the same account, another one another", () => {
    expect(giftAccountId(mac, tenant, "til_1:key")).toBe(account);
    expect(giftAccountId(mac, tenant, "til_1:other")).not.toBe(account);
  });
});
