import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { deriveKey, type MasterKeys } from "./master-keys.ts";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A data key as it is stored: encrypted under the master key that `kid` names. Destroying it destroys all it protects. */
export interface WrappedKey {
  readonly kid: string;
  readonly box: Uint8Array;
}

/**
 * Encrypts the personal data that one object keeps: AES-256-GCM per field, under a data key per person, which in turn is
 * wrapped by the platform's master key. Object, person and field are authenticated with each value, so a value that was
 * moved to another field, person or merchant does not open. Synchronous, for use inside storage transactions.
 */
export class FieldCipher {
  readonly #keys: MasterKeys;
  readonly #objectName: string;
  readonly #wrapping = new Map<string, Uint8Array>();

  constructor(keys: MasterKeys, objectName: string) {
    this.#keys = keys;
    this.#objectName = objectName;
  }

  /** A new data key for a person (an account id): to use now, and wrapped to store. */
  createKey(account: string): { readonly key: PersonKey; readonly wrapped: WrappedKey } {
    const raw = new Uint8Array(randomBytes(KEY_BYTES));
    return { key: new PersonKey(raw, `${this.#objectName}\n${account}`), wrapped: this.#wrap(account, raw) };
  }

  /** @throws Error when the master key is not known any more, or the box belongs to another person or object */
  openKey(account: string, wrapped: WrappedKey): PersonKey {
    return new PersonKey(this.#unwrap(account, wrapped), `${this.#objectName}\n${account}`);
  }

  /** The same data key under the current master key; the fields stay as they are. */
  rewrap(account: string, wrapped: WrappedKey): WrappedKey {
    return this.#wrap(account, this.#unwrap(account, wrapped));
  }

  #wrap(account: string, raw: Uint8Array): WrappedKey {
    const kid = this.#keys.current;
    return { kid, box: seal(this.#wrappingKey(kid), raw, this.#wrapContext(account)) };
  }

  #unwrap(account: string, wrapped: WrappedKey): Uint8Array {
    return open(this.#wrappingKey(wrapped.kid), wrapped.box, this.#wrapContext(account));
  }

  #wrapContext(account: string): string {
    return `${this.#objectName}\n${account}\n#data_key`;
  }

  #wrappingKey(kid: string): Uint8Array {
    const known = this.#wrapping.get(kid);
    if (known !== undefined) return known;
    const key = deriveKey(this.#keys, kid, "wrap/1", this.#objectName);
    this.#wrapping.set(kid, key);
    return key;
  }
}

/** One person's data key. Field names must be stable: they are authenticated. */
export class PersonKey {
  readonly #raw: Uint8Array;
  readonly #context: string;

  constructor(raw: Uint8Array, context: string) {
    this.#raw = raw;
    this.#context = context;
  }

  seal(field: string, text: string): Uint8Array {
    return seal(this.#raw, Buffer.from(text, "utf8"), `${this.#context}\n${field}`);
  }

  /** @throws Error when the box was sealed for another field, person or object, or was altered */
  open(field: string, box: Uint8Array): string {
    return Buffer.from(open(this.#raw, box, `${this.#context}\n${field}`)).toString("utf8");
  }
}

/** Nonce, ciphertext and tag in one. Nonces are random: a key seals far fewer than the 2^32 values where that gets risky. */
function seal(key: Uint8Array, plain: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(Buffer.from(context, "utf8"));
  const body = updateUnlessEmpty(cipher, plain);
  const rest = cipher.final();
  return new Uint8Array(Buffer.concat([nonce, body, rest, cipher.getAuthTag()]));
}

function open(key: Uint8Array, box: Uint8Array, context: string): Uint8Array {
  if (box.length < NONCE_BYTES + TAG_BYTES) throw new Error("sealed value is too short");
  const tagAt = box.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, box.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(context, "utf8"));
  decipher.setAuthTag(box.subarray(tagAt));
  const body = updateUnlessEmpty(decipher, box.subarray(NONCE_BYTES, tagAt));
  // GCM is a stream: update() gives everything, final() checks the tag and throws when it is wrong.
  decipher.final();
  return body;
}

/** After an update with no bytes, workerd's final() fails as if the tag were wrong; without any update it is right. */
function updateUnlessEmpty(step: { update(data: Uint8Array): Uint8Array }, data: Uint8Array): Uint8Array {
  return data.length === 0 ? data : step.update(data);
}
