import { and, desc, eq, gt, isNull, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { staffInvitation } from "../schema/staff-invitation.ts";

export type NewStaffInvitation = Omit<typeof staffInvitation.$inferInsert, "merchant">;
export type InvitationResent = Pick<NewStaffInvitation, "token_hash" | "sent_at_ms" | "expires_at_ms">;

export function staffInvitationRepository(db: Database, tenant: string) {
  const own = eq(staffInvitation.merchant, tenant);
  const one = (id: string) => and(own, eq(staffInvitation.id, id));
  const unanswered = and(own, isNull(staffInvitation.accepted_at_ms), isNull(staffInvitation.revoked_at_ms));
  return {
    insert: (row: NewStaffInvitation) => db.insert(staffInvitation).values({ ...row, merchant: tenant }),
    get: (id: string) => db.select().from(staffInvitation).where(one(id)).limit(1),
    byToken: (token_hash: string) =>
      db
        .select()
        .from(staffInvitation)
        .where(and(own, eq(staffInvitation.token_hash, token_hash)))
        .limit(1),
    /** Newest first. */
    newest: (limit: number) =>
      db
        .select()
        .from(staffInvitation)
        .where(own)
        .orderBy(desc(staffInvitation.created_at_ms), desc(staffInvitation.id))
        .limit(limit),
    /** Those that can still be accepted, to one address. */
    openTo: (email: string, now_ms: number) =>
      db
        .select({ id: staffInvitation.id })
        .from(staffInvitation)
        .where(and(unanswered, eq(staffInvitation.email, email), gt(staffInvitation.expires_at_ms, now_ms)))
        .limit(1),
    /** How many were made since a moment. */
    madeSince: (since_ms: number) =>
      db
        .select({ count: sql<number>`count(*)` })
        .from(staffInvitation)
        .where(and(own, gt(staffInvitation.created_at_ms, since_ms))),
    resent: (id: string, change: InvitationResent) =>
      db
        .update(staffInvitation)
        .set({ ...change, sent_count: sql`${staffInvitation.sent_count} + 1` })
        .where(one(id)),
    accepted: (id: string, at_ms: number) => db.update(staffInvitation).set({ accepted_at_ms: at_ms }).where(one(id)),
    revoked: (id: string, at_ms: number) => db.update(staffInvitation).set({ revoked_at_ms: at_ms }).where(one(id)),
  };
}
