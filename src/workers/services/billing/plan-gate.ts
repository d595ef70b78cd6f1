import type { BillingRow } from "../../../db/schema/billing.ts";
import { entitlements, type Entitlements, UNLIMITED } from "../../../domain/billing/entitlements.ts";
import { parseProgramDocument, type ProgramDocument } from "../../../domain/program/document.ts";
import { stateOf } from "./context.ts";
import type { PlanRefused } from "./refusal.ts";

// What the plan says to changes of the configuration. Nothing that is in use is ever taken away here.

/** What a merchant may do; one who is not billed may everything. */
export function entitledBy(row: BillingRow | undefined, now_ms: number): Entitlements {
  return row === undefined ? UNLIMITED : entitlements(stateOf(row), row.usage, now_ms);
}

/** Refuses one more location than the plan has. */
export function refuseLocation(entitled: Entitlements, open: number): PlanRefused | null {
  if (entitled.access === "read_only") return paused;
  const { locations } = entitled.limits;
  if (open < locations) return null;
  return { code: "plan_limit_reached", detail: `The plan has room for ${locations}; ${open} are open.` };
}

/** Refuses to publish what the plan does not have. What was published before runs on as it is. */
export function refuseProgram(entitled: Entitlements, json: string): PlanRefused | null {
  if (entitled.access === "read_only") return paused;
  const parsed = parseProgramDocument(JSON.parse(json));
  if (!parsed.ok) return null;
  if (!entitled.features.includes("all_schemes") && schemesOf(parsed.value) > 1) {
    return missing("The plan has one scheme: points, one stamp card, or credit.");
  }
  if (!entitled.features.includes("tiers") && hasTiers(parsed.value)) return missing("The plan has no tiers.");
  return null;
}

function missing(what: string): PlanRefused {
  return { code: "plan_feature_missing", detail: `${what} What is published runs on; changing it needs Shop.` };
}

const paused: PlanRefused = {
  code: "changes_paused",
  detail: "A payment is open. Once it is paid, everything can be changed again.",
};

/** Points are one scheme, and so is every stamp card. */
function schemesOf({ stamp_cards, earning, credit }: ProgramDocument): number {
  return stamp_cards.length + (earning.length > 0 ? 1 : 0) + (credit === undefined ? 0 : 1);
}

function hasTiers({ tiers }: ProgramDocument): boolean {
  return tiers !== undefined;
}
