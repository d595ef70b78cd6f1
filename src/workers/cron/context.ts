import type { SystemDb } from "../../db/system-db.ts";
import type { TenantDb } from "../../db/tenant-db.ts";
import type { BillingCore } from "../services/billing/context.ts";
import type { PushPorts } from "../services/config/push-config.ts";
import type { InsightsPort } from "./repair-insights.ts";

/** What jobs over all merchants run with. */
export interface CronContext {
  readonly system: SystemDb;
  readonly openTenant: (locator: string) => TenantDb;
  readonly ports: PushPorts;
  /** Absent where insights are not to be touched. */
  readonly insights?: InsightsPort;
  /** Opens a merchant's billing. Absent where nothing is to be counted or asked. */
  readonly billing?: (locator: string) => BillingCore;
}
