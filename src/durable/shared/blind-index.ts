import { createHmac } from "node:crypto";
import type { Tenant } from "../../domain/tenancy/merchant.ts";
import { deriveKey, type MasterKeys } from "./master-keys.ts";

/** A keyed digest as it is stored: without the master key that `kid` names, guessing values does not help. */
export interface BlindDigest {
  readonly kid: string;
  readonly digest: Uint8Array;
}

/**
 * Finds personal data without storing it: equal values of one merchant and mode give equal digests (HMAC-SHA256 under an
 * HKDF key), and nothing can be compared across merchants or modes. `label` keeps apart values of different meaning.
 */
export class BlindIndex {
  readonly #keys: MasterKeys;
  readonly #tenant: Tenant;
  readonly #derived = new Map<string, Uint8Array>();

  constructor(keys: MasterKeys, tenant: Tenant) {
    this.#keys = keys;
    this.#tenant = tenant;
  }

  /** The digest to store, under the current key. */
  digest(label: string, value: string): BlindDigest {
    const kid = this.#keys.current;
    return { kid, digest: this.digestUnder(kid, label, value) };
  }

  /** The digests under which a value may have been stored: one per key we know, the current one first. */
  candidates(label: string, value: string): BlindDigest[] {
    const kids = [...this.#keys.byId.keys()].reverse();
    return kids.map((kid) => ({ kid, digest: this.digestUnder(kid, label, value) }));
  }

  /** @throws Error when the key is not known any more */
  digestUnder(kid: string, label: string, value: string): Uint8Array {
    return new Uint8Array(createHmac("sha256", this.#key(kid)).update(`${label}\n${value}`, "utf8").digest());
  }

  #key(kid: string): Uint8Array {
    const known = this.#derived.get(kid);
    if (known !== undefined) return known;
    const key = deriveKey(this.#keys, kid, "blind-index/1", `${this.#tenant.mode}:${this.#tenant.merchant}`);
    this.#derived.set(kid, key);
    return key;
  }
}
