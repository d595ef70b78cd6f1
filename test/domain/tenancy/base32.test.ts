import { describe, expect, test } from "vitest";
import { decodeInteger, encodeBase32, encodeInteger, isBase32 } from "../../../src/domain/tenancy/base32.ts";

describe("encodeBase32", () => {
  const table: [what: string, bytes: number[], length: number, text: string][] = [
    ["nothing", [], 0, ""],
    ["five zero bytes", [0, 0, 0, 0, 0], 8, "00000000"],
    ["five full bytes, the largest digit", [255, 255, 255, 255, 255], 8, "zzzzzzzz"],
    ["bits most significant first", [0b00001_000, 0b10_00011_0], 3, "123"],
    ["only the first characters when there are bytes to spare", [255, 255, 0, 0], 3, "zzz"],
  ];
  test.each(table)("writes %s", (_what, bytes, length, text) => {
    expect(encodeBase32(Uint8Array.from(bytes), length)).toBe(text);
  });

  test("throws when there are too few bytes", () => {
    expect(() => encodeBase32(Uint8Array.from([1]), 2)).toThrow("1 bytes are too few for 2 characters");
  });
});

describe("integers", () => {
  const table: [value: number, text: string][] = [
    [0, "0"],
    [1, "1"],
    [31, "z"],
    [32, "10"],
    [1023, "zz"],
    [1024, "100"],
    [2 ** 50 - 1, "zzzzzzzzzz"],
  ];
  test.each(table)("%i is written %s and read back", (value, text) => {
    expect(encodeInteger(value)).toBe(text);
    expect(decodeInteger(text)).toBe(value);
  });

  const refused: [what: string, text: string][] = [
    ["nothing", ""],
    ["a leading zero, another spelling of the same number", "01"],
    ["a letter outside the alphabet", "i"],
    ["upper case", "Z"],
    ["eleven characters", "10000000000"],
    ["a sign", "-1"],
  ];
  test.each(refused)("%s is not read", (_what, text) => {
    expect(decodeInteger(text)).toBeNull();
  });

  test.each([-1, 0.5, 2 ** 53])("%d is not written", (value) => {
    expect(() => encodeInteger(value)).toThrow("not a non-negative integer");
  });
});

describe("isBase32", () => {
  const table: [text: string, length: number, fits: boolean][] = [
    ["", 0, true],
    ["0123456789", 10, true],
    ["abcdefghjkmnpqrstvwxyz", 22, true],
    ["abc", 4, false],
    ["abcl", 4, false],
    ["ABCD", 4, false],
    ["ab d", 4, false],
  ];
  test.each(table)("%j with length %i: %s", (text, length, fits) => {
    expect(isBase32(text, length)).toBe(fits);
  });
});
