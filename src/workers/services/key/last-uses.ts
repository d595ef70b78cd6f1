import type { ApiKeyRow } from "../../../db/schema/api-key.ts";
import { MODES } from "../../../domain/tenancy/merchant.ts";
import type { ServiceContext } from "../context.ts";
import { type ApiKey, toApiKey } from "./schemas.ts";

/**
 * What makes keys of these rows, with when they were last used. The registry of their mode knows, for a sale never writes
 * to D1; one that cannot be reached does not keep anybody from seeing and revoking a key.
 */
export async function withLastUses(
  { tenant, ports }: ServiceContext,
  rows: readonly ApiKeyRow[],
): Promise<(row: ApiKeyRow) => ApiKey> {
  const uses = new Map<string, number>();
  for (const mode of MODES) {
    const keys = rows.filter((row) => row.mode === mode).map(({ id }) => id);
    if (keys.length === 0) continue;
    try {
      const found = await ports.registry.keyUses({ mode, merchant: tenant.locator }, keys);
      for (const [key, at_ms] of Object.entries(found)) uses.set(key, at_ms);
    } catch (error) {
      ports.log({ event: "key_uses_unknown", merchant: tenant.locator, error: String(error) });
    }
  }
  return (row) => toApiKey(row, uses.get(row.id) ?? null);
}
