import type { SystemDb } from "../../db/system-db.ts";
import type { TenantDb } from "../../db/tenant-db.ts";
import type { PushPorts } from "../services/config/push-config.ts";

/** What jobs over all merchants run with. */
export interface CronContext {
  readonly system: SystemDb;
  readonly openTenant: (locator: string) => TenantDb;
  readonly ports: PushPorts;
}
