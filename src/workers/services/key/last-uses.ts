import type { ApiKeyRow } from "../../../db/schema/api-key.ts";
import { type Mode, MODES } from "../../../domain/tenancy/merchant.ts";
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
  const usesIn = async (mode: Mode): Promise<Readonly<Record<string, number>>> => {
    const keys = rows.filter((row) => row.mode === mode).map(({ id }) => id);
    if (keys.length === 0) return {};
    try {
      return await ports.registry.keyUses({ mode, merchant: tenant.locator }, keys);
    } catch (error) {
      ports.log({ event: "key_uses_unknown", merchant: tenant.locator, error: String(error) });
      return {};
    }
  };
  const found = await Promise.all(MODES.map(usesIn));
  const uses = new Map(found.flatMap((one) => Object.entries(one)));
  return (row) => toApiKey(row, uses.get(row.id) ?? null);
}
