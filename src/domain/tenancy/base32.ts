import { invariant } from "../invariant.ts";

/** Crockford's alphabet in lower case: no i, l, o or u, so a code can be read aloud and typed. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Encodes bytes, five bits a character, most significant first; the bit count must be a multiple of five. */
export function encodeBase32(bytes: Uint8Array, length: number): string {
  invariant(bytes.length * 8 >= length * 5, `${bytes.length} bytes are too few for ${length} characters`);
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5 && text.length < length) {
      bits -= 5;
      text += ALPHABET[(buffer >>> bits) & 31];
    }
  }
  return text;
}

/** A non-negative safe integer without leading zeros; 0 is "0". */
export function encodeInteger(value: number): string {
  invariant(Number.isSafeInteger(value) && value >= 0, `not a non-negative integer: ${value}`);
  let text = "";
  let rest = value;
  do {
    text = `${ALPHABET[rest % 32]}${text}`;
    rest = Math.floor(rest / 32);
  } while (rest > 0);
  return text;
}

/** Reads what {@link encodeInteger} wrote; null for anything else, other spellings of the same number included. */
export function decodeInteger(text: string): number | null {
  if (text.length === 0 || text.length > 10) return null;
  let value = 0;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit === -1) return null;
    value = value * 32 + digit;
  }
  return encodeInteger(value) === text ? value : null;
}

/** Whether the text consists of `length` characters of the alphabet. */
export function isBase32(text: string, length: number): boolean {
  return text.length === length && [...text].every((character) => ALPHABET.includes(character));
}
