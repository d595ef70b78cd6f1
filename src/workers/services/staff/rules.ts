import type { LocationRow } from "../../../db/schema/location.ts";
import type { StaffRow } from "../../../db/schema/staff.ts";
import type { Actor, RoleAt } from "../../../domain/tenancy/actor.ts";
import { isOwner, may } from "../../../domain/tenancy/permissions.ts";
import { type NotFound, notFound } from "../refusal.ts";

/** `email_taken`: a colleague signs in with it. `pin_taken`: a colleague at one of the locations has it. */
export interface Taken {
  readonly code: "email_taken" | "pin_taken";
}

/** Somebody must be left who may do everything. */
export interface LastOwner {
  readonly code: "last_owner";
}

/**
 * Whether the actor may make, change or remove somebody with these roles. Owners may all; a manager only cashiers of
 * locations they manage, or they could make themselves more than they are.
 */
export function mayManage(actor: Actor, roles: readonly RoleAt[]): boolean {
  if (isOwner(actor)) return true;
  const isCashier = roles.every((at) => at.role === "cashier");
  const locations = roles.map((at) => at.location);
  return isCashier && may(actor, "manage_cashiers", locations);
}

/** Refuses roles at locations that are unknown or closed. */
export function unknownLocation(roles: readonly RoleAt[], active: readonly LocationRow[]): NotFound | null {
  const known = new Set(active.map((location) => location.id));
  return roles.every((at) => known.has(at.location)) ? null : notFound("location");
}

/** Whether somebody other than the person is among the rows. */
export function isTakenByOther(rows: readonly StaffRow[], person: string | null): boolean {
  return rows.some((row) => row.id !== person);
}

export function isOwnerSomewhere(roles: readonly RoleAt[]): boolean {
  return roles.some((at) => at.role === "owner");
}

export function locationsOf(roles: readonly RoleAt[]): string[] {
  return roles.map((at) => at.location);
}
