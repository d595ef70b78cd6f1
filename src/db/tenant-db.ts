import type { Database } from "./database.ts";
import { apiKeyRepository } from "./repositories/api-key.ts";
import { billingRepository, billingTrialRepository } from "./repositories/billing.ts";
import { itemRepository } from "./repositories/item.ts";
import { locationRepository } from "./repositories/location.ts";
import { merchantAgreementRepository } from "./repositories/merchant-agreement.ts";
import { merchantRepository } from "./repositories/merchant.ts";
import { pinAttemptRepository } from "./repositories/pin-attempt.ts";
import { programDraftRepository } from "./repositories/program-draft.ts";
import { programVersionRepository } from "./repositories/program-version.ts";
import { staffRepository } from "./repositories/staff.ts";
import { staffInvitationRepository } from "./repositories/staff-invitation.ts";
import { staffRoleRepository } from "./repositories/staff-role.ts";
import { tillRepository } from "./repositories/till.ts";

/**
 * One merchant's rows, and no others: the only way to read or write tenant tables. Repositories return statements that
 * have not run; `batch` runs them in one transaction. Reads go through it too, because an error of a single drizzle
 * query carries the bound values in its message, and PIN and key hashes must not reach a log.
 */
export function tenantDb(db: Database, merchant: string) {
  return {
    locator: merchant,
    batch: db.batch.bind(db),
    merchant: merchantRepository(db, merchant),
    locations: locationRepository(db, merchant),
    tills: tillRepository(db, merchant),
    keys: apiKeyRepository(db, merchant),
    staff: staffRepository(db, merchant),
    staffRoles: staffRoleRepository(db, merchant),
    staffInvitations: staffInvitationRepository(db, merchant),
    agreements: merchantAgreementRepository(db, merchant),
    billing: billingRepository(db, merchant),
    billingTrials: billingTrialRepository(db, merchant),
    pinAttempts: pinAttemptRepository(db, merchant),
    items: itemRepository(db, merchant),
    programDrafts: programDraftRepository(db, merchant),
    programVersions: programVersionRepository(db, merchant),
  };
}

export type TenantDb = ReturnType<typeof tenantDb>;
