import { Buffer } from "node:buffer";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { CardKeys } from "../domain/tenancy/card-token.ts";
import type { Mac } from "../domain/tenancy/mac.ts";

const KEY_BYTES_MIN = 32;

const utf8 = new TextEncoder();

/** The platform's secrets as functions: no key leaves this module. */
export interface Secrets {
  /** Signs ids, locators and plastic numbers. Never rotated: ids are re-rendered and must come out the same. */
  readonly idMac: Mac;
  readonly cardKeys: CardKeys;
  /** Seeds of the keys that sign snapshots, by the card keys' ids: they turn with them. */
  readonly snapshotSeeds: CardKeys;
}

let parsed: { readonly from: string; readonly secrets: Secrets } | null = null;

/**
 * Reads STEMPEL_ID_KEY (base64url) and STEMPEL_CARD_KEYS (JSON of key id → base64url, the last one current), once per isolate.
 *
 * @throws Error that says which secret is missing or malformed, never what is in it
 */
export function readSecrets(env: Pick<Env, "STEMPEL_ID_KEY" | "STEMPEL_CARD_KEYS">): Secrets {
  const from = `${env.STEMPEL_ID_KEY}\n${env.STEMPEL_CARD_KEYS}`;
  if (parsed?.from === from) return parsed.secrets;
  const cardKeys = parseCardKeys(env.STEMPEL_CARD_KEYS);
  const secrets = { idMac: macOf("STEMPEL_ID_KEY", env.STEMPEL_ID_KEY), cardKeys, snapshotSeeds: seedsOf(cardKeys) };
  parsed = { from, secrets };
  return secrets;
}

/** Derived with a label of their own, so that no card's code is ever a seed. */
function seedsOf({ current, macs }: CardKeys): CardKeys {
  const seeds = [...macs].map(([kid, mac]) => [kid, (message: string) => mac(`snapshot-seed\n${message}`)] as const);
  return { current, macs: new Map(seeds) };
}

function parseCardKeys(text: string): CardKeys {
  const macs = new Map<string, Mac>();
  for (const [kid, value] of Object.entries(parseObject(text))) {
    if (!/^[a-z][a-z0-9]{0,7}$/.test(kid)) throw new Error(`STEMPEL_CARD_KEYS: ${kid} is not a key id`);
    macs.set(kid, macOf(`STEMPEL_CARD_KEYS.${kid}`, value));
  }
  const current = [...macs.keys()].at(-1);
  if (current === undefined) throw new Error("STEMPEL_CARD_KEYS holds no key");
  return { current, macs };
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // The parser's own message would quote the secret.
  }
  throw new Error("STEMPEL_CARD_KEYS is not a JSON object");
}

function macOf(name: string, value: unknown): Mac {
  const key = typeof value === "string" && /^[\w-]+$/.test(value) ? Buffer.from(value, "base64url") : null;
  if (key === null || key.length < KEY_BYTES_MIN) {
    throw new Error(`${name} is not base64url of at least ${KEY_BYTES_MIN} bytes`);
  }
  // A sale asks a dozen times: the key is hashed in once, and what it is copied to is used again and again.
  const keyed = hmac.create(sha256, key);
  const scratch = keyed.clone();
  return (message) => {
    const digest = new Uint8Array(keyed.outputLen);
    keyed._cloneInto(scratch).update(utf8.encode(message)).digestInto(digest);
    return digest;
  };
}
