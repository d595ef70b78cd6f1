import type { Result } from "../../../domain/result.ts";
import type { MerchantConfig, ProgramText } from "../../../domain/tenancy/config.ts";
import type { Tenant } from "../../../domain/tenancy/merchant.ts";

/** What a registry did with a pushed configuration. */
export interface ApplyOutcome {
  /** `applied`: taken over. `same`: it has this version already. `stale`: it has a newer one. */
  readonly outcome: "applied" | "same" | "stale";
  /** The version the registry has now. */
  readonly version: number;
}

export type ApplyRefusal =
  /** The configuration names programmes whose text it neither has nor was sent. */
  | { readonly code: "program_missing"; readonly versions: readonly number[] }
  /** It has another text under that version: one of the two stores was tampered with or restored. */
  | { readonly code: "program_conflict"; readonly version: number };

/** The registries, as far as configuration goes. Calls may throw; nothing is lost by that. */
export interface RegistryPort {
  /** `programs` are the texts the registry may lack; it keeps those it has. */
  applyConfig(
    tenant: Tenant,
    config: MerchantConfig,
    programs: readonly ProgramText[],
  ): Promise<Result<ApplyOutcome, ApplyRefusal>>;
  /** The version the registry has; null when it has none. */
  configVersion(tenant: Tenant): Promise<number | null>;
  /** When keys were last used, by their ids, to ten minutes; those that never were are absent. */
  keyUses(tenant: Tenant, keys: readonly string[]): Promise<Readonly<Record<string, number>>>;
}
