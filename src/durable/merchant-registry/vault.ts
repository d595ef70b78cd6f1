import type { Identifier } from "../../domain/tenancy/member-profile.ts";
import { type ObjectName, formatObjectName } from "../../domain/tenancy/object-name.ts";
import { type BlindDigest, BlindIndex } from "../shared/blind-index.ts";
import { FieldCipher } from "../shared/field-cipher.ts";
import { masterKeys } from "../shared/master-keys.ts";
import type { RegistryStore } from "./store.ts";

/** How long the former owner of an identifier is still asked for a request's key. */
export const FORMER_MS = 30 * 86_400_000;

/** The tables together with the means to read and write the personal data in them. */
export interface Vault {
  readonly store: RegistryStore;
  readonly cipher: FieldCipher;
  readonly blind: BlindIndex;
}

/** @throws Error when the master keys are missing or malformed */
export function openVault(store: RegistryStore, name: ObjectName, secret: string | undefined): Vault {
  const keys = masterKeys(secret);
  return { store, cipher: new FieldCipher(keys, formatObjectName(name)), blind: new BlindIndex(keys, name) };
}

export function identifierDigest(vault: Vault, identifier: Identifier): BlindDigest {
  return vault.blind.digest(identifier.kind, identifier.value);
}

/** The digests under which the identifier may stand, older index keys included. */
export function candidatesOf(vault: Vault, identifier: Identifier): BlindDigest[] {
  return vault.blind.candidates(identifier.kind, identifier.value);
}
