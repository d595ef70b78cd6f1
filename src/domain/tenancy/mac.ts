import { encodeBase32 } from "./base32.ts";

/** HMAC-SHA256 of a message under one secret key: 32 bytes. The key never enters the domain. */
export type Mac = (message: string) => Uint8Array;

/** The first `characters` × 5 bits of the MAC over the parts. Parts are separated so that no two lists give the same message. */
export function macText(mac: Mac, characters: number, parts: readonly string[]): string {
  return encodeBase32(mac(parts.join("\n")), characters);
}

/** Compares two texts in a time that depends on their length alone. */
export function equalConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  }
  return difference === 0;
}
