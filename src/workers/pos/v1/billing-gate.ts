import { type Access, accessAt, entitlementsOf } from "../../../domain/billing/entitlements.ts";
import { ProblemError } from "../../http/problem.ts";
import type { PosDesk } from "./desk.ts";

// What a till may do because of how the merchant pays. The facts ride in the configuration that the request has anyway,
// so nothing is asked of anybody. There is no gate before a sale or a return: those always go on.

/** @throws ProblemError `members_full` when nobody can become a member for now */
export function requireRoom(desk: PosDesk): void {
  if (!entitlementsOf(desk.parts.config.config.billing, desk.now_ms).new_members)
    throw new ProblemError("members_full");
}

/** @throws ProblemError `redeeming_paused` when rewards wait until the merchant has paid */
export function requireRedeeming(desk: PosDesk): void {
  if (accessOf(desk) === "read_only") throw new ProblemError("redeeming_paused");
}

/** @throws ProblemError `changes_paused` when balances are not corrected by hand for now */
export function requireFull(desk: PosDesk): void {
  const { billing } = desk.parts.config.config;
  if (entitlementsOf(billing, desk.now_ms).access !== "full") throw new ProblemError("changes_paused");
}

/** Whether a sale at this till earns nothing: the merchant has not paid, or the location is frozen. */
export function isEarningPaused(desk: PosDesk): boolean {
  return accessOf(desk) !== "full";
}

function accessOf(desk: PosDesk): Access {
  const { billing, locations } = desk.parts.config.config;
  if (billing === null || billing === undefined) return "full";
  const active = locations.map(({ id }) => id);
  return accessAt(billing, desk.parts.location.id, active, desk.now_ms);
}
