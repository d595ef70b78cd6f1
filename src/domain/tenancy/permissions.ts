import type { Actor, Role, RoleAt } from "./actor.ts";

/**
 * What somebody may do with the configuration.
 * `configure`: everything that concerns the whole merchant. `view`: read the configuration.
 * `run_location`: the tills of a location and their keys. `manage_cashiers`: cashiers of a location. `pay`: see and change
 * what the merchant pays for.
 */
export type Permission = "view" | "configure" | "run_location" | "manage_cashiers" | "pay";

/** An owner at any location owns the business; a manager's powers end at the door of their location. */
const ROLES_FOR: Readonly<Record<Permission, readonly Role[]>> = {
  view: ["owner", "manager"],
  configure: ["owner"],
  run_location: ["owner", "manager"],
  manage_cashiers: ["owner", "manager"],
  pay: ["owner"],
};
/** An `admin` key configures, but never makes people: those could sign in with more than the key itself may do. */
const ADMIN_KEY_MAY: readonly Permission[] = ["view", "configure", "run_location"];

/** Whether the actor may; `locations` are all the locations that are touched, or null for the merchant as a whole. */
export function may(actor: Actor, permission: Permission, locations: readonly string[] | null = null): boolean {
  switch (actor.kind) {
    case "system":
      return true;
    case "key":
      return actor.scopes.includes("admin") && ADMIN_KEY_MAY.includes(permission);
    case "staff":
      return staffMay(actor.roles, permission, locations);
  }
}

/** Whether the actor has all powers over the merchant that a person can have. */
export function isOwner(actor: Actor): boolean {
  return actor.kind === "system" || (actor.kind === "staff" && hasOwnerRole(actor.roles));
}

function staffMay(roles: readonly RoleAt[], permission: Permission, locations: readonly string[] | null): boolean {
  if (hasOwnerRole(roles)) return true;
  const allowed = roles.filter((at) => ROLES_FOR[permission].includes(at.role));
  if (locations === null) return allowed.length > 0;
  return locations.length > 0 && locations.every((location) => allowed.some((at) => at.location === location));
}

function hasOwnerRole(roles: readonly RoleAt[]): boolean {
  return roles.some((at) => at.role === "owner");
}
