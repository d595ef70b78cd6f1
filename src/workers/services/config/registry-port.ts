import type { MerchantConfig, ProgramText } from "../../../domain/tenancy/config.ts";
import type { Tenant } from "../../../domain/tenancy/merchant.ts";

/** What a registry said to a pushed configuration. */
export interface ApplyOutcome {
  /** `applied`: taken over. `same`: it has exactly this version. `stale`: it has a newer one. */
  readonly outcome: "applied" | "same" | "stale";
  /** The version the registry has now. */
  readonly version: number;
}

/** The registries, as far as configuration goes. Calls may throw; nothing is lost by that. */
export interface RegistryPort {
  /** `programs` are the texts the registry may lack; it keeps those it has. */
  applyConfig(tenant: Tenant, config: MerchantConfig, programs: readonly ProgramText[]): Promise<ApplyOutcome>;
  /** The version the registry has; 0 when it has none. */
  configVersion(tenant: Tenant): Promise<number>;
}
