import { asc, eq } from "drizzle-orm";
import type { Database } from "../database.ts";
import { merchantAgreement } from "../schema/merchant-agreement.ts";

export type NewMerchantAgreement = Omit<typeof merchantAgreement.$inferInsert, "merchant">;

/** What a merchant has accepted. There is no update and no delete: it is the proof. */
export function merchantAgreementRepository(db: Database, tenant: string) {
  return {
    insert: (row: NewMerchantAgreement) => db.insert(merchantAgreement).values({ ...row, merchant: tenant }),
    all: () =>
      db
        .select()
        .from(merchantAgreement)
        .where(eq(merchantAgreement.merchant, tenant))
        .orderBy(asc(merchantAgreement.accepted_at_ms), asc(merchantAgreement.agreement)),
  };
}
