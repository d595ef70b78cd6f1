import type { Actor, Role } from "../../domain/tenancy/actor.ts";
import { isOwner, may } from "../../domain/tenancy/permissions.ts";
import type { AuditWho } from "../../durable/merchant-insights/protocol.ts";
import { ProblemError } from "../http/problem.ts";

/**
 * An owner may look at everything, a manager at the locations they run, each by itself.
 *
 * @throws ProblemError `role_missing`
 */
export function requireLook(actor: Actor, location: string | null): void {
  const allowed = location === null ? isOwner(actor) : may(actor, "run_location", [location]);
  if (!allowed) throw new ProblemError("role_missing");
}

/** Whether a flag is theirs to judge: all of its evidence is from where they are in charge. */
export function mayJudge(actor: Actor, evidence: readonly { readonly location: string | null }[]): boolean {
  if (isOwner(actor)) return true;
  const locations = evidence.flatMap(({ location }) => location ?? []);
  return locations.length === evidence.length && may(actor, "run_location", [...new Set(locations)]);
}

/** The highest first: what somebody did, they did as that. */
const BY_POWER: readonly Role[] = ["owner", "manager", "cashier"];

/** The actor as the audit log names them; of several roles, the most powerful at the location, or anywhere. */
export function auditWho(actor: Actor, location: string | null): AuditWho {
  switch (actor.kind) {
    case "system":
      return { who: `system:${actor.job}`, role: "system", location };
    case "key":
      return { who: actor.key, role: "key", location };
    case "staff": {
      const here = actor.roles.filter((at) => location === null || at.location === location || at.role === "owner");
      const role = BY_POWER.find((candidate) => here.some((at) => at.role === candidate));
      return { who: actor.staff, role: role ?? "none", location };
    }
  }
}
