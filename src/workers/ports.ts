import { openDatabase } from "../db/database.ts";
import { loginDb } from "../db/login-db.ts";
import { tenantDb, type TenantDb } from "../db/tenant-db.ts";
import type { Tenant } from "../domain/tenancy/merchant.ts";
import { InsightsClient } from "../durable/merchant-insights/client.ts";
import { RegistryClient } from "../durable/merchant-registry/client.ts";
import type { InsightsPort } from "./cron/repair-insights.ts";
import { mailPort } from "./mail/mail-port.ts";
import { readSecrets } from "./secrets.ts";
import type { RegistryPort } from "./services/config/registry-port.ts";
import type { ServicePorts } from "./services/context.ts";
import type { AcceptingContext } from "./services/invitation/accept.ts";

/** The outside world as services see it. */
export function servicePorts(env: Env): ServicePorts {
  const { idMac } = readSecrets(env);
  return {
    now_ms: () => Date.now(),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    registry: registryPort(env),
    pinMac: (message) => idMac(`pin\n${message}`),
    log: (event) => console.log(JSON.stringify(event)),
  };
}

/** Where a request of somebody who is no tenant yet came from. */
export interface Arrival {
  readonly request_id: string;
  readonly origin: string;
  readonly address: string;
}

/** The outside world for signing in, inviting and pairing. */
export function loginContext(env: Env, arrival: Arrival): AcceptingContext {
  const { idMac } = readSecrets(env);
  return {
    ...arrival,
    login: loginDb(openDatabase(env.DB)),
    openTenant: tenantOpener(env),
    locatorMac: idMac,
    digest: (message) => idMac(`login\n${message}`),
    mail: mailPort(env),
    ports: servicePorts(env),
  };
}

/** Opens a merchant's own rows of D1. */
export function tenantOpener(env: Env): (locator: string) => TenantDb {
  const db = openDatabase(env.DB);
  return (locator) => tenantDb(db, locator);
}

/** The merchants' insights as jobs see them. */
export function insightsPort(env: Env): InsightsPort {
  const start = (tenant: Tenant, kind: "repair" | "verify") =>
    new InsightsClient(env.MERCHANT_INSIGHTS, tenant).startWalk(kind);
  return { startRepair: (tenant) => start(tenant, "repair"), startVerify: (tenant) => start(tenant, "verify") };
}

function registryPort(env: Env): RegistryPort {
  return {
    applyConfig: (tenant, config, programs) =>
      new RegistryClient(env.MERCHANT_REGISTRY, tenant, { country: config.merchant.country }).applyConfig(
        config,
        programs,
        Date.now(),
      ),
    configVersion: (tenant) => new RegistryClient(env.MERCHANT_REGISTRY, tenant).configVersion(),
    keyUses: (tenant, keys) => new RegistryClient(env.MERCHANT_REGISTRY, tenant).keyUses(keys),
  };
}
