import { Buffer } from "node:buffer";
import { hkdfSync } from "node:crypto";

const KEY_BYTES = 32;
/** A letter first, because JavaScript would put keys that look like numbers in front, whatever their place in the text. */
const KID_PATTERN = /^[a-z][a-z0-9]{0,7}$/;
const SALT = Buffer.from("stempel");

/** The platform's master secrets by key id. New data are protected under `current`; data under the others stay readable. */
export interface MasterKeys {
  readonly current: string;
  readonly byId: ReadonlyMap<string, Uint8Array>;
}

let cached: { readonly text: string; readonly keys: MasterKeys } | null = null;

/**
 * Reads the secret STEMPEL_MASTER_KEYS: a JSON object of key id → at least 32 bytes as base64url; the last id is current.
 * A retired key must stay in the list while any data or index entry made under it exists. Parsed once per isolate.
 *
 * @throws Error that says what is wrong with the secret, never what is in it
 */
export function masterKeys(text: string | undefined): MasterKeys {
  if (cached !== null && cached.text === text) return cached.keys;
  if (text === undefined || text === "") throw new Error("the secret STEMPEL_MASTER_KEYS is missing");
  const keys = parse(text);
  cached = { text, keys };
  return keys;
}

/** A key of 32 bytes for one purpose and one owner; knowing it tells nothing about the master key or any other. */
export function deriveKey(keys: MasterKeys, kid: string, purpose: string, owner: string): Uint8Array {
  const master = keys.byId.get(kid);
  if (master === undefined) throw new Error(`master key ${kid} is not in STEMPEL_MASTER_KEYS`);
  return new Uint8Array(hkdfSync("sha256", master, SALT, Buffer.from(`${purpose}\n${owner}`), KEY_BYTES));
}

function parse(text: string): MasterKeys {
  const byId = new Map<string, Uint8Array>();
  for (const [kid, value] of Object.entries(parseObject(text))) {
    if (!KID_PATTERN.test(kid))
      throw new Error(`STEMPEL_MASTER_KEYS: key id ${kid} does not match ${KID_PATTERN.source}`);
    const key = typeof value === "string" && /^[\w-]+$/.test(value) ? Buffer.from(value, "base64url") : null;
    if (key === null || key.length < KEY_BYTES) {
      throw new Error(`STEMPEL_MASTER_KEYS: key ${kid} is not base64url of at least ${KEY_BYTES} bytes`);
    }
    byId.set(kid, new Uint8Array(key));
  }
  const current = [...byId.keys()].at(-1);
  if (current === undefined) throw new Error("STEMPEL_MASTER_KEYS holds no key");
  return { current, byId };
}

function parseObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, and the text is the secret.
    throw new Error("STEMPEL_MASTER_KEYS is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("STEMPEL_MASTER_KEYS is not a JSON object");
  }
  return value;
}
