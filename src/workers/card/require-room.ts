import { entitlementsOf } from "../../domain/billing/entitlements.ts";
import type { MemberDesk } from "./member-desk.ts";
import { TroubleError } from "./trouble.ts";

/**
 * Before a card is made. Whoever has one keeps it, also when the merchant's plan has no room for more.
 *
 * @throws TroubleError `members_full`
 */
export function requireRoom({ config, merchant, now_ms }: MemberDesk): void {
  if (entitlementsOf(config.config.billing, now_ms).new_members) return;
  throw new TroubleError("members_full", { merchant });
}
