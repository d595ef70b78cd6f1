import type { Scope } from "./api-key.ts";

/** What a person is at a location. */
export type Role = "owner" | "manager" | "cashier";
export const ROLES: readonly Role[] = ["owner", "manager", "cashier"];

export interface RoleAt {
  readonly location: string;
  readonly role: Role;
}

/** Who does something: a person at the dashboard or till, a till's key, or a job of the platform. */
export type Actor =
  | { readonly kind: "staff"; readonly staff: string; readonly roles: readonly RoleAt[] }
  | { readonly kind: "key"; readonly key: string; readonly till: string; readonly scopes: readonly Scope[] }
  | { readonly kind: "system"; readonly job: string };

/** The actor as one short text, for `published_by` and the like: the id of the person or key, or `system:{job}`. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case "staff":
      return actor.staff;
    case "key":
      return actor.key;
    case "system":
      return `system:${actor.job}`;
  }
}
