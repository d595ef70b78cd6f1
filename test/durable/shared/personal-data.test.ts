import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { BlindIndex } from "../../../src/durable/shared/blind-index.ts";
import { FieldCipher } from "../../../src/durable/shared/field-cipher.ts";
import { type MasterKeys, masterKeys } from "../../../src/durable/shared/master-keys.ts";

const OBJECT = "live:e2345678:registry:main";
const A = "m00000000000000a";
const B = "m00000000000000b";

function secretOf(...kids: string[]): string {
  return JSON.stringify(
    Object.fromEntries(kids.map((kid) => [kid, Buffer.from(kid.padEnd(32, "-")).toString("base64url")])),
  );
}

function keysOf(...kids: string[]): MasterKeys {
  return masterKeys(secretOf(...kids));
}

describe("the master keys", () => {
  test("the last is current and all are known", () => {
    const keys = keysOf("m9", "m1");
    expect(keys.current).toBe("m1");
    expect([...keys.byId.keys()]).toEqual(["m9", "m1"]);
  });

  test("are parsed once", () => {
    const secret = secretOf("m1");
    expect(masterKeys(secret)).toBe(masterKeys(secret));
    expect(masterKeys(secretOf("m2"))).not.toBe(masterKeys(secret));
  });

  const key = Buffer.from(randomBytes(32)).toString("base64url");
  test.each([
    ["missing", undefined, "is missing"],
    ["empty", "", "is missing"],
    ["no JSON", `${key}`, "is not JSON"],
    ["a list", `["${key}"]`, "is not a JSON object"],
    ["no key", "{}", "holds no key"],
    ["a number for an id, which would lose its place", `{"2":"${key}"}`, "key id 2"],
    ["too short", `{"m1":"${key.slice(0, 40)}"}`, "at least 32 bytes"],
    ["not base64url", `{"m1":"${key.slice(0, 42)}+"}`, "at least 32 bytes"],
    ["not a string", `{"m1":1}`, "at least 32 bytes"],
  ])("are refused when %s, without telling what they are", (_what, secret, message) => {
    expect(() => masterKeys(secret)).toThrow(message);
    expect(() => masterKeys(secret)).not.toThrow(key.slice(0, 40));
  });
});

describe("a sealed field", () => {
  const cipher = new FieldCipher(keysOf("m1"), OBJECT);
  const { key, wrapped } = cipher.createKey(A);

  test.each([[""], ["Zoë 🥐"], ["x".repeat(10_000)]])("opens to what was sealed", (text) => {
    expect(cipher.openKey(A, wrapped).open("name", key.seal("name", text))).toBe(text);
  });

  test("differs each time, and is 28 bytes longer than its text", () => {
    const [one, two] = [key.seal("name", "Zoe"), key.seal("name", "Zoe")];
    expect(one).not.toEqual(two);
    expect(one).toHaveLength(31);
  });

  test("does not open as another field, another person's, or another object's", () => {
    const box = key.seal("name", "Zoe");
    expect(() => key.open("email", box)).toThrow("Authentication failed");
    expect(() => cipher.createKey(B).key.open("name", box)).toThrow("Authentication failed");
    expect(() => cipher.openKey(B, wrapped)).toThrow("Authentication failed");
    expect(() => new FieldCipher(keysOf("m1"), OBJECT.replace("live", "test")).openKey(A, wrapped)).toThrow(
      "Authentication failed",
    );
  });

  test.each([[""], ["Zoe"]])("does not open when any byte was changed (%j)", (text) => {
    const box = key.seal("name", text);
    box.forEach((byte, index) => {
      const changed = box.with(index, byte ^ 1);
      expect(() => key.open("name", changed)).toThrow("Authentication failed");
    });
    expect(() => key.open("name", box.subarray(0, 10))).toThrow("too short");
  });

  test("stays readable when the master key is replaced, and can be wrapped anew", () => {
    const box = key.seal("name", "Zoe");
    const rotated = new FieldCipher(keysOf("m1", "m2"), OBJECT);
    const rewrapped = rotated.rewrap(A, wrapped);

    expect(rotated.openKey(A, wrapped).open("name", box)).toBe("Zoe");
    expect(rewrapped.kid).toBe("m2");
    expect(new FieldCipher(keysOf("m2"), OBJECT).openKey(A, rewrapped).open("name", box)).toBe("Zoe");
    expect(() => new FieldCipher(keysOf("m2"), OBJECT).openKey(A, wrapped)).toThrow("master key m1");
  });
});

describe("the blind index", () => {
  const tenant = { mode: "live", merchant: "e2345678" } as const;
  const index = new BlindIndex(keysOf("m1"), tenant);
  const phone = "+31612345678";

  test("gives equal values equal digests", () => {
    const again = new BlindIndex(keysOf("m1"), tenant);
    expect(index.digest("phone", phone)).toEqual(again.digest("phone", phone));
    expect(index.digest("phone", phone).digest).toHaveLength(32);
  });

  test.each([
    ["value", index.digest("phone", `${phone}9`)],
    ["label", index.digest("external_id", phone)],
    ["merchant", new BlindIndex(keysOf("m1"), { ...tenant, merchant: "e2345679" }).digest("phone", phone)],
    ["mode", new BlindIndex(keysOf("m1"), { ...tenant, mode: "test" }).digest("phone", phone)],
    ["master key", new BlindIndex(keysOf("m2"), tenant).digest("phone", phone)],
  ])("another %s gives another digest", (_what, other) => {
    expect(other.digest).not.toEqual(index.digest("phone", phone).digest);
  });

  test("still finds what was stored under an older key", () => {
    const rotated = new BlindIndex(keysOf("m1", "m2"), tenant);
    expect(rotated.candidates("phone", phone)).toEqual([rotated.digest("phone", phone), index.digest("phone", phone)]);
    expect(rotated.digest("phone", phone).kid).toBe("m2");
  });
});
