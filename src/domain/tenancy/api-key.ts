import { invariant } from "../invariant.ts";
import { equalConstantTime } from "./mac.ts";
import type { Tenant } from "./merchant.ts";

/** What a key may do. `backfill` keeps any past time of a sale; `admin` reads and changes configuration. */
export const SCOPES = ["sell", "redeem", "members", "read", "adjust", "backfill", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
const KEY_PATTERN = /^stk_(live|test)_([0-9a-z]{8})([0-9A-Za-z]{30})([0-9A-Za-z]{6})$/;

/** Random bytes that {@link createApiKey} takes: generous, because bytes that would bias the alphabet are dropped. */
export const API_KEY_RANDOM_BYTES = 64;

/** `stk_{mode}_{locator}{30 random base62}{CRC32 as 6 base62}`: scanners and our edge tell fakes from real ones offline. */
export function createApiKey(tenant: Tenant, random: Uint8Array): string {
  const letters = [...random].filter((byte) => byte < 248).map((byte) => BASE62.charAt(byte % 62));
  invariant(letters.length >= RANDOM_LENGTH, "too few usable random bytes for a key");
  const head = `stk_${tenant.mode}_${tenant.merchant}${letters.slice(0, RANDOM_LENGTH).join("")}`;
  return `${head}${checksum(head)}`;
}

/** The merchant and mode a key claims, when its checksum is right; null otherwise. Nothing is looked up. */
export function parseApiKey(key: string): Tenant | null {
  const match = KEY_PATTERN.exec(key);
  if (match === null) return null;
  if (!equalConstantTime(key.slice(-CHECKSUM_LENGTH), checksum(key.slice(0, -CHECKSUM_LENGTH)))) return null;
  return { mode: match[1] === "live" ? "live" : "test", merchant: match[2] ?? "" };
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    digits = `${BASE62.charAt(rest % 62)}${digits}`;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** CRC-32 as in ISO 3309 (polynomial 0xEDB88320), over ASCII text. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let index = 0; index < text.length; index += 1) {
    crc ^= text.charCodeAt(index);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
