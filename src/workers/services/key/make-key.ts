import type { ApiKeyRow } from "../../../db/schema/api-key.ts";
import { API_KEY_RANDOM_BYTES, createApiKey } from "../../../domain/tenancy/api-key.ts";
import type { ServicePorts } from "../context.ts";
import { newId } from "../new-id.ts";
import { sha256Hex } from "../sha256.ts";

type KeyTerms = Pick<ApiKeyRow, "merchant" | "till" | "name" | "mode" | "scopes" | "expires_at_ms" | "replaces">;

/** Characters of a key's random part that stay readable, so that an owner can tell two keys apart. */
const SHOWN_LENGTH = 4;

/** A new key and its row; the secret is not in the row. */
export function makeKey(ports: ServicePorts, terms: KeyTerms): { secret: string; row: ApiKeyRow } {
  const secret = createApiKey({ mode: terms.mode, merchant: terms.merchant }, ports.random(API_KEY_RANDOM_BYTES));
  const head = `stk_${terms.mode}_${terms.merchant}`;
  const row = {
    ...terms,
    id: newId(ports, "key"),
    hash: sha256Hex(secret),
    prefix: secret.slice(0, head.length + SHOWN_LENGTH),
    last_four: secret.slice(-4),
    created_at_ms: ports.now_ms(),
    revoked_at_ms: null,
  };
  return { secret, row };
}
